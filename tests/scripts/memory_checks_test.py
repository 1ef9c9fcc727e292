"""scripts/memory-checks from end to end, on a small project that comes to every kind of end."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
COMMAND = HERE.parents[1] / "scripts" / "memory-checks"
# Waits are ended by what they wait for; this only bounds a test that would hang.
PATIENCE_S = 60


def environment():
    unwanted = ("REDZONE_NO_BUILD", "NO_COLOR", "CTEST_PARALLEL_LEVEL")
    return {key: value for key, value in os.environ.items() if key not in unwanted}


class MemoryChecksCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.project = Path(holder.name) / "project"
        shutil.copytree(HERE / "fixture_project", cls.project)

    def start(self, *arguments, **more):
        return subprocess.Popen(
            [sys.executable, "-B", COMMAND, "--source", self.project, *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**environment(), **more})

    def run_checks(self, *arguments):
        process = self.start(*arguments)
        output, errors = process.communicate(timeout=4 * PATIENCE_S)
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    def check(self, *presets, options=()):
        """Runs the presets; returns the exit status and name -> part of the document."""
        arguments = [word for preset in presets for word in ("--preset", preset)]
        result = self.run_checks(*arguments, *options, "--json")
        document = json.loads(result.stdout)
        self.assertEqual(document["exit_status"], result.returncode)
        return result.returncode, {part["preset"]: part for part in document["presets"]}

    def expect_cause(self, part, *words):
        text = " | ".join(f"{r['cause']} {r['test']} {r['detail']} {r['next_step']}"
                          for r in part["reasons"])
        for word in words:
            self.assertTrue(word in text, f"no reason names {word!r}")


class Verdicts(MemoryChecksCase):
    def test_a_run_that_is_clean_ends_with_0(self):
        status, parts = self.check("passes")
        self.assertEqual((status, parts["passes"]["verdict"]), (0, "clean"))
        self.assertEqual(parts["passes"]["tests"]["passed"], 2)
        self.assertEqual(parts["passes"]["tests"]["listed"], 2)
        self.assertEqual([step["name"] for step in parts["passes"]["steps"]],
                         ["configure", "build", "list", "test"])

    def test_what_a_terminal_or_a_filter_left_in_the_environment_changes_nothing(self):
        process = self.start("--preset", "passes", "--json", CLICOLOR_FORCE="1",
                             CTEST_PROGRESS_OUTPUT="1", GTEST_FILTER="-*",
                             TESTBRIDGE_TEST_ONLY="-*")
        output, _ = process.communicate(timeout=4 * PATIENCE_S)
        self.assertEqual((process.returncode, json.loads(output)["verdict"]), (0, "clean"))

    def test_findings_end_with_1_and_did_not_run_wins_with_3(self):
        status, parts = self.check("passes", "reports", "fails")
        self.assertEqual(status, 1)
        self.expect_cause(parts["reports"], "a sanitizer reported")
        self.expect_cause(parts["fails"], "a test failed program.ends")
        status, parts = self.check("fails", "no_tests", "passes")
        self.assertEqual(status, 3)
        self.assertEqual([part["verdict"] for part in parts.values()],
                         ["findings", "did_not_run", "clean"])

    def test_each_way_not_to_run_is_named(self):
        status, parts = self.check("configure_fails", "build_fails", "no_tests", "no_description")
        self.assertEqual(status, 3)
        self.assertEqual({part["verdict"] for part in parts.values()}, {"did_not_run"})
        self.expect_cause(parts["configure_fails"], "configure: failed", "is not there",
                          "scripts/setup it")
        self.expect_cause(parts["build_fails"], "build: failed", "this preset does not build")
        self.expect_cause(parts["no_tests"], "list of tests is empty", "no test ran")
        self.expect_cause(parts["no_description"], "redzone-build.json is missing")

    def test_what_an_earlier_run_left_behind_proves_nothing(self):
        self.assertEqual(self.check("passes")[0], 0)
        lists = self.project / "CMakeLists.txt"
        text = lists.read_text()
        self.addCleanup(lists.write_text, text)
        lists.write_text(text.replace("file(WRITE", "# file(WRITE").replace(
            '    "{', '#').replace('    " \\"detectors', '#'))
        status, parts = self.check("passes")
        self.assertEqual(status, 3)
        self.expect_cause(parts["passes"], "redzone-build.json is missing")

    def test_a_default_preset_that_the_project_lacks_did_not_run(self):
        result = self.run_checks("--quick")
        self.assertEqual(result.returncode, 3)
        self.assertIn("there is no preset 'asan'", result.stdout)


class Ends(MemoryChecksCase):
    def processes_of_project(self):
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if str(self.project).encode() in (entry / "cmdline").read_bytes():
                    found.append(entry.name)
            except OSError:
                pass
        return [pid for pid in found if pid != str(os.getpid())]

    def test_a_step_that_hangs_is_ended_with_its_children(self):
        self.assertEqual(self.check("passes")[0], 0)  # warms the file cache of the compiler
        status, parts = self.check("hangs", options=["--time-limit", "5"])
        self.assertEqual(status, 3)
        self.expect_cause(parts["hangs"], "ran into the time limit")
        self.assertEqual(self.processes_of_project(), [])

    def test_an_interrupt_leaves_no_children_and_shows_what_was_reached(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.start("--preset", "hangs", "--preset", "passes")
            deadline = time.monotonic() + PATIENCE_S
            while not self.program_runs():
                self.assertLess(time.monotonic(), deadline, "the test never started")
                self.assertIsNone(process.poll())
                time.sleep(0.05)
            process.send_signal(number)
            output, errors = process.communicate(timeout=PATIENCE_S)
            self.assertEqual(process.returncode, 3)
            self.assertIn("test: interrupted", output)
            self.assertIn("start: interrupted before", output)
            self.assertIn("interrupted; what was reached", errors)
            self.assertEqual(self.processes_of_project(), [])

    def program_runs(self):
        wanted = f"{self.project}/build/hangs/program\0hangs\0".encode()
        for entry in Path("/proc").iterdir():
            try:
                if (entry / "cmdline").read_bytes() == wanted:
                    return True
            except OSError:
                pass
        return False


class WhatPeopleSee(MemoryChecksCase):
    def test_the_table_the_reasons_and_the_logs(self):
        result = self.run_checks("--preset", "passes", "--preset", "fails")
        lines = result.stdout.splitlines()
        self.assertEqual(lines[1].split(), ["preset", "verdict", "tests", "time"])
        self.assertRegex(lines[2], r"^passes +clean +2 +\d")
        self.assertRegex(lines[3], r"^fails +findings +2, 1 failed +\d")
        self.assertIn("\nfails\n  findings: a test failed\n      program.ends", result.stdout)
        self.assertIn("passes, fails, 1: scripts.fixture\n", result.stdout)
        for log in ("configure", "build", "list", "test"):
            path = self.project / "build" / "fails" / "memory-checks" / f"{log}.log"
            self.assertTrue(path.is_file(), log)
            self.assertIn(str(path.parent), result.stdout)
        self.assertIn("fails: test failed with exit status 8", result.stderr)
        self.assertNotIn("\033", result.stdout + result.stderr)

    def test_the_document_can_be_written_beside_the_table(self):
        path = self.project / "out.json"
        result = self.run_checks("--preset", "passes", "--write", f"json={path}")
        self.assertIn("verdict", result.stdout.splitlines()[1])
        self.assertEqual(json.loads(path.read_text())["schema"], "redzone/memory-checks/1")

    def test_help_and_list_run_nothing(self):
        for option, word in (("--help", "--preset NAME"), ("--list", "passes ")):
            result = self.run_checks(option)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.assertIn(word, result.stdout)

    def test_an_unknown_preset_is_named_with_the_nearest(self):
        result = self.run_checks("--preset", "pases")
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertIn("no preset 'pases'; the nearest is 'passes'", result.stderr)

    def test_wrong_command_lines_end_with_2(self):
        for arguments in (["--job", "2"], ["--jobs", "0"], ["--jobs", "x"], ["--quick", "--list"],
                          ["--write", "xml=a"], ["passes"]):
            self.assertEqual(self.run_checks(*arguments).returncode, 2, arguments)

    def test_a_document_that_cannot_be_written_is_named_before_anything_runs(self):
        result = self.run_checks("--preset", "passes", "--write", "json=/no/such/folder/a.json")
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertIn("/no/such/folder/a.json", result.stderr)

    def test_without_python_it_says_what_to_do(self):
        with tempfile.TemporaryDirectory() as tools:
            (Path(tools) / "sh").symlink_to(shutil.which("sh"))
            result = subprocess.run([COMMAND, "--list"], capture_output=True, text=True,
                                    check=False, env={"PATH": tools})
        self.assertEqual((result.returncode, result.stdout), (3, ""))
        self.assertIn("python3", result.stderr)
        self.assertIn("Next step: scripts/setup", result.stderr)

    def test_it_runs_as_a_command(self):
        result = subprocess.run([COMMAND, "--source", self.project, "--list"], text=True,
                                capture_output=True, check=False)
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_a_folder_without_presets_is_named(self):
        with tempfile.TemporaryDirectory() as empty:
            result = self.run_checks("--source", empty)
        self.assertEqual(result.returncode, 3)
        self.assertIn(f"{empty}/CMakePresets.json is missing", result.stderr)


if __name__ == "__main__":
    unittest.main()
