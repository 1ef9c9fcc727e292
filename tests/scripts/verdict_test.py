"""scripts/verdict as a command, and the verdict of a run that ended before its tests."""

import json
import os
import subprocess
import sys
import unittest

from ctest_tree import block
from verdict_case import EXAMPLES, SCRIPTS, VerdictCase

from redzone_scripts.ctest_log import LogError, read_test_list
from redzone_scripts.decide import decide_unfinished


class StepsBeforeTheTests(VerdictCase):
    def unfinished(self, text):
        log = self.tree.folder / "build.log"
        log.write_text(text)
        return decide_unfinished("asan", "build", "failed with exit status 1", log)

    def test_a_failed_step_names_its_first_error(self):
        verdict = self.unfinished("[1/2] cc\nFAILED: a.o\na.c:3:1: error: no such type\n"
                                  "x: error: b")
        self.expect(verdict, "did_not_run", "build: failed with exit status 1",
                    "a.c:3:1: error: no such type")

    def test_an_error_of_cmake_is_quoted_with_its_reason(self):
        verdict = self.unfinished("CMake Error at x.cmake:3 (message):\n\n  No such compiler.\n\n"
                                  "  Next step: scripts/setup asan\n")
        self.expect(verdict, "did_not_run", "No such compiler.")
        self.assertEqual(verdict.reasons[0].next_step, "scripts/setup asan")

    def test_what_the_detector_said_during_the_build_is_named_too(self):
        line = EXAMPLES["matching"]["runtime-not-first"][0]
        self.expect(self.unfinished(f"{line}\n"), "did_not_run", "another library was loaded")

    def test_a_report_during_the_build_does_not_make_it_findings(self):
        line = EXAMPLES["matching"]["sanitizer-report"][0]
        self.expect(self.unfinished(f"{line}\n"), "did_not_run")


class TheCommand(VerdictCase):
    def run_verdict(self, *arguments):
        return subprocess.run([sys.executable, "-B", SCRIPTS / "verdict", *arguments],
                              capture_output=True, text=True, check=False)

    def test_exit_status_and_document_agree(self):
        listed = self.tree.folder / "tests.json"
        listed.write_text(json.dumps({"tests": [{"name": "tripwire.asan"},
                                                {"name": "Reader.Reads"}]}))
        cases = [(0, "clean", None), (1, "findings", block("Reader.Reads", result="Test Failed.")),
                 (3, "did_not_run", "")]
        for status, word, text in cases:
            with self.subTest(word):
                if text is not None:
                    self.tree.blocks[1] = text
                self.tree.write()
                result = self.run_verdict("--build-dir", self.tree.folder, "--ctest-status",
                                          "8" if status == 1 else "0", "--tests", listed, "--json")
                self.assertEqual(result.returncode, status)
                document = json.loads(result.stdout)
                self.assertEqual((document["schema"], document["verdict"]),
                                 ("redzone/verdict/1", word))

    def test_people_read_the_cause_and_the_next_step(self):
        self.tree.description["detectors"] = []
        self.tree.write()
        result = self.run_verdict("--build-dir", self.tree.folder, "--ctest-status", "0")
        self.assertEqual(result.returncode, 3)
        self.assertIn("asan: did not run, tests: 2", result.stdout)
        self.assertIn("next step: set REDZONE_DETECTORS", result.stdout)

    def test_a_verdict_that_nobody_reads_is_not_findings(self):
        self.tree.write()
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "wb") as closed:
            result = subprocess.run([sys.executable, "-B", SCRIPTS / "verdict", "--build-dir",
                                     self.tree.folder, "--ctest-status", "0"], stdout=closed,
                                    stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual((result.returncode, result.stderr), (3, ""))

    def test_wrong_command_lines_are_2_and_missing_inputs_3(self):
        self.assertEqual(self.run_verdict("--ctest-status", "0").returncode, 2)
        self.assertEqual(self.run_verdict("--build-dir", ".", "--ctest-status", "x").returncode, 2)
        gone = self.run_verdict("--build-dir", "no/such/tree", "--ctest-status", "0")
        self.assertEqual(gone.returncode, 3)
        self.assertIn("no/such/tree", gone.stderr)
        self.tree.write()
        no_list = self.run_verdict("--build-dir", self.tree.folder, "--ctest-status", "0",
                                   "--tests", self.tree.folder / "none.json")
        self.assertEqual(no_list.returncode, 3)
        self.assertIn("none.json", no_list.stderr)

    def test_a_list_of_tests_that_is_something_else_is_refused(self):
        path = self.tree.folder / "tests.json"
        for text in ("", "[]", '{"tests": [{}]}', '{"tests": 3}'):
            with self.subTest(text), self.assertRaises(LogError):
                path.write_text(text)
                read_test_list(path)


if __name__ == "__main__":
    unittest.main()
