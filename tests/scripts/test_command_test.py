"""scripts/test on a small project."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent


class TestCommand(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.project = Path(holder.name) / "project"
        shutil.copytree(HERE / "fixture_project", self.project)
        (self.project / "scripts").mkdir()
        shutil.copy(HERE.parents[1] / "scripts" / "test", self.project / "scripts")
        self.setup_that("exit 0")

    def setup_that(self, text):
        path = self.project / "scripts" / "setup"
        path.write_text(f"#!/usr/bin/env bash\n{text}\n")
        path.chmod(0o755)

    def normal_is(self, how):
        """Makes the preset normal end like another preset of the fixture."""
        lists = self.project / "CMakeLists.txt"
        lists.write_text(lists.read_text().replace(
            'set(FIXTURE "" CACHE STRING "How this preset ends")', f"set(FIXTURE {how})"))

    def run_test(self, *arguments):
        environment = {key: value for key, value in os.environ.items()
                       if key != "REDZONE_NO_BUILD"}
        return subprocess.run([self.project / "scripts" / "test", *arguments], cwd="/",
                              capture_output=True, text=True, check=False, env=environment,
                              stdin=subprocess.DEVNULL)

    def test_it_sets_up_configures_builds_and_tests_from_any_folder(self):
        self.setup_that('[[ $* == normal ]] || exit 9; echo set up >&2')
        result = self.run_test()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("set up\ntest: configuring", result.stderr)
        self.assertIn("0 tests failed out of 2", result.stdout)

    def test_arguments_go_to_ctest(self):
        result = self.run_test("-R", "tripwire")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("0 tests failed out of 1", result.stdout)

    def test_a_name_that_no_test_has_ends_with_3(self):
        result = self.run_test("-R", "NoSuchTest")
        self.assertEqual(result.returncode, 3, result.stderr)
        self.assertIn("test: no test matched, so none ran", result.stderr)
        self.assertIn("Next step: ctest --preset normal -N", result.stderr)

    def test_a_failed_test_ends_with_1_and_says_where_the_log_is(self):
        self.normal_is("fails")
        result = self.run_test()
        self.assertEqual(result.returncode, 1)
        self.assertIn("build/normal/Testing/Temporary/LastTest.log", result.stderr)

    def test_what_goes_wrong_before_the_tests_ends_with_3(self):
        for how, word in (("configure_fails", "configuring failed"),
                          ("build_fails", "the build failed")):
            with self.subTest(how):
                self.normal_is(how)
                result = self.run_test()
                self.assertEqual(result.returncode, 3)
                self.assertIn(f"test: {word} (see above); no test ran", result.stderr)
                shutil.copy(HERE / "fixture_project" / "CMakeLists.txt", self.project)
        self.setup_that("exit 3")
        result = self.run_test()
        self.assertEqual(result.returncode, 3)
        self.assertIn("the set-up failed", result.stderr)

    def test_help_runs_nothing(self):
        result = self.run_test("--help")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("usage: scripts/test", result.stdout)


if __name__ == "__main__":
    unittest.main()
