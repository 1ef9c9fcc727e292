#!/usr/bin/env python3
"""Which files a build compiles without a detector: those that run inside malloc, and no other."""

import json
import sys
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
DESCRIPTION = Path(sys.argv.pop(1)) if len(sys.argv) > 1 else None


class NoDetector(unittest.TestCase):
    def setUp(self):
        self.assertIsNotNone(DESCRIPTION, "usage: no_detector_test.py BUILD/redzone-build.json")
        self.named = [Path(name) for name in json.loads(DESCRIPTION.read_text())["no_detector"]]

    def test_are_sources_of_heap_only(self):
        others = [str(file) for file in self.named if SOURCE / "src" / "heap" not in file.parents]
        self.assertEqual(others, [])
        self.assertEqual([str(file) for file in self.named if not file.is_file()], [])

    def test_are_all_that_stand_between_the_program_and_malloc(self):
        for name in ("interposer.cpp", "recorder.cpp", "scope.cpp", "stack_capture.cpp"):
            self.assertIn(SOURCE / "src" / "heap" / name, self.named)


if __name__ == "__main__":
    unittest.main()
