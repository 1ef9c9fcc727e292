"""The lists of detectors agree: each place says one thing about a detector, and a detector that is
added in one of them is missed in the others."""

import re
import sys
import unittest
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "cmake" / "canaries")]

from canary_process import DETECTORS  # noqa: E402
from redzone_scripts import compiled_flags, instrumented_tests, preset_run  # noqa: E402
from redzone_scripts.suppression_file import DETECTOR_OF_FILE, TYPES  # noqa: E402

SANITIZERS = set(DETECTORS) - {"memcheck"}
SUPPRESSING = {name for name, detector in DETECTORS.items() if detector.suppresses}


def build_file(name):
    return (ROOT / "cmake" / name).read_text(encoding="utf-8")


def program(path):
    loader = SourceFileLoader(path.name, str(path))
    module = module_from_spec(spec_from_loader(path.name, loader))
    loader.exec_module(module)
    return module


class Detectors(unittest.TestCase):
    def test_the_build_files_know_the_same(self):
        names = re.search(r'detector MATCHES "\^\((.*)\)\$"', build_file("RedzoneOptions.cmake"))
        self.assertEqual(names.group(1).split("|"), list(DETECTORS))
        tripwires = re.findall(r"^set\(redzone_tripwire_(\w+) (\w+)\)",
                               build_file("RedzoneCanaries.cmake"), re.MULTILINE)
        self.assertEqual([name for name, _ in tripwires], list(DETECTORS))
        for _, canary in tripwires:
            self.assertTrue((ROOT / "cmake" / "canaries" / f"{canary}.cpp").is_file(), canary)

    def test_the_verdict_knows_the_flag_and_the_trace_of_every_sanitizer(self):
        self.assertEqual(set(compiled_flags.NEEDED), SANITIZERS)
        self.assertEqual(set(instrumented_tests.TRACES), SANITIZERS)
        for name in SANITIZERS:
            for trace in DETECTORS[name].traces:
                self.assertTrue(any(trace.startswith(known)
                                    for known in instrumented_tests.TRACES[name]), trace)

    def test_no_options_of_the_user_reach_a_run(self):
        self.assertLessEqual({detector.options for detector in DETECTORS.values()},
                             set(preset_run.UNWANTED))

    def test_every_detector_that_suppresses_has_a_file_and_a_grammar(self):
        self.assertEqual(set(DETECTOR_OF_FILE.values()), SUPPRESSING)
        self.assertEqual(set(TYPES), SUPPRESSING - {"memcheck"})
        for name in DETECTOR_OF_FILE:
            self.assertTrue((ROOT / "suppressions" / name).is_file(), name)

    def test_a_job_of_every_detector_has_a_time_limit(self):
        matrix = program(ROOT / "scripts" / "ci" / "matrix")
        self.assertEqual(set(matrix.MINUTES_OF_DETECTOR), set(DETECTORS))
        self.assertLessEqual(set(matrix.ON_REQUEST), set(DETECTORS))


if __name__ == "__main__":
    unittest.main()
