"""What the tests of the verdict share: a build tree that each test changes where it is about it."""

import json
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
sys.path.insert(0, str(SCRIPTS))

from ctest_tree import Tree  # noqa: E402
from redzone_scripts.ctest_log import ListedTest  # noqa: E402
from redzone_scripts.decide import Run, decide  # noqa: E402

EXAMPLES = json.loads((Path(__file__).parent / "pattern_examples.json").read_text())


class VerdictCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = Tree(Path(folder.name))

    def decide(self, status=0, listed=None, **known):
        if listed is not None:
            known["listed"] = [ListedTest(name) for name in listed]
        return decide(Run(self.tree.write(), status, **known))

    # Messages say what differs and never quote the logs: their lines would be taken for reports.
    def expect(self, verdict, kind, *words):
        self.assertEqual(verdict.verdict, kind, f"reasons: {len(verdict.reasons)}")
        text = " | ".join(f"{r.verdict} {r.cause} {r.test} {r.detail}" for r in verdict.reasons)
        for word in words:
            self.assertTrue(word in text, f"no reason names {word!r}")
