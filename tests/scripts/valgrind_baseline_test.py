"""scripts/valgrind-baseline with a fake ctest and a fake Valgrind, which plays the programs."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

COMMAND = Path(__file__).resolve().parents[2] / "scripts" / "valgrind-baseline"
HANG_SECONDS = 120

FAKE_VALGRIND = """#!{python}
import os, pathlib, sys, time
words = sys.argv[1:]
pathlib.Path({folder!r}, "calls").open("a").write(" ".join(words) + "\\n")
xml = next(word for word in words if word.startswith("--xml-file=")).split("=", 1)[1]
plan = pathlib.Path(words[-1]).read_text().split()
def write(pid, kinds, end):
    errors = "".join("<error><kind>" + kind + "</kind></error>" for kind in kinds
                     if kind != "Aborts")
    text = "<valgrindoutput><status><state>RUNNING</state></status>" + errors
    text += "<fatal_signal><signo>6</signo></fatal_signal>" if "Aborts" in kinds else ""
    end = "<status><state>FINISHED</state></status></valgrindoutput>" if end else ""
    pathlib.Path(xml.replace("%p", str(pid))).write_text(text + end)
kinds = [word for word in plan if word[0].isupper()]
if "hang" in plan:
    pathlib.Path({folder!r}, "new").write_text(str(os.getpid()))
    os.rename(pathlib.Path({folder!r}, "new"), pathlib.Path({folder!r}, "pid"))
    time.sleep({hang})
write(os.getpid(), kinds, "cut" not in plan)
if "child" in plan:
    write(1, ["Leak_PossiblyLost"], True)
if "aborting-child" in plan:
    write(3, ["Aborts", "Leak_StillReachable", "Leak_DefinitelyLost"], True)
if "killed-child" in plan:
    write(2, ["InvalidRead"], False)
sys.exit(7 if "fails" in plan else 0)
"""


class Baseline(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.program("valgrind", FAKE_VALGRIND.format(
            python=sys.executable, folder=str(self.folder), hang=HANG_SECONDS))
        self.tests = [{"name": "tripwire.memcheck", "command": [str(self.folder / "valgrind")]},
                      {"name": "scripts.x", "command": ["python3", "x.py"]}]

    def program(self, name, text):
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o755)

    def played(self, name, *plan):
        """Adds a test program: what it does is in a file that stands for its binary."""
        path = self.folder / name
        path.write_text(" ".join(plan) or "-")
        self.tests.append({"name": name, "command": [str(self.folder / "valgrind"),
                                                     "--trace-children=yes", str(path)]})

    def environment(self):
        (self.folder / "list.json").write_text(json.dumps({"tests": self.tests}))
        self.program("ctest", f"#!/bin/sh\nexec cat {self.folder}/list.json\n")
        return {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}",
                "VALGRIND_OPTS": "--suppressions=mine"}

    def run_script(self, *arguments, status=0):
        done = subprocess.run([sys.executable, "-B", COMMAND, *arguments], env=self.environment(),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=120, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def rows(self, output):
        lines = [[cell.strip() for cell in line.strip("|").split("|")]
                 for line in output.splitlines()]
        return {line[0]: dict(zip(lines[0], line)) for line in lines[2:]}

    def test_a_clean_program_needs_no_suppression(self):
        self.played("base_test")
        rows = self.rows(self.run_script().stdout)
        self.assertEqual(list(rows), ["base_test"])
        self.assertEqual(rows["base_test"]["suppression needed"], "none")
        self.assertEqual(rows["base_test"]["status"], "clean")

    def test_records_are_counted_by_kind_over_all_processes(self):
        self.played("os_test", "Leak_StillReachable", "Leak_StillReachable", "child")
        row = self.rows(self.run_script().stdout)["os_test"]
        self.assertEqual((row["reachable"], row["possible"], row["processes"]), ("2", "1", "2"))
        self.assertEqual((row["definite"], row["errors"], row["status"]), ("0", "0", "clean"))

    def test_an_error_or_a_lost_block_is_a_finding(self):
        for kind, column in (("InvalidRead", "errors"), ("Leak_DefinitelyLost", "definite"),
                             ("Leak_IndirectlyLost", "indirect")):
            with self.subTest(kind=kind):
                self.played(f"{column}_test", kind)
                done = self.run_script("--program", f"{column}_test", status=1)
                row = self.rows(done.stdout)[f"{column}_test"]
                self.assertEqual((row[column], row["suppression needed"]), ("1", "yes"))

    def test_a_failing_program_is_a_finding(self):
        self.played("os_test", "fails")
        row = self.rows(self.run_script(status=1).stdout)["os_test"]
        self.assertEqual(row["status"], "findings: exit status 7")

    def test_a_report_without_its_end_did_not_run(self):
        self.played("os_test", "cut")
        self.played("base_test")
        rows = self.rows(self.run_script(status=3).stdout)
        self.assertRegex(rows["os_test"]["status"], "^did not run: .*cut short")
        self.assertEqual(rows["base_test"]["status"], "clean")

    def test_a_killed_child_is_counted_as_cut_short(self):
        self.played("os_test", "killed-child")
        row = self.rows(self.run_script().stdout)["os_test"]
        self.assertEqual((row["cut short"], row["processes"], row["errors"]), ("1", "1", "0"))

    def test_what_a_child_that_aborts_could_still_reach_is_not_counted(self):
        self.played("os_test", "aborting-child")
        row = self.rows(self.run_script(status=1).stdout)["os_test"]
        self.assertEqual((row["by signal"], row["reachable"], row["definite"], row["errors"]),
                         ("1", "0", "1", "0"))

    def test_a_program_that_hangs_is_ended_and_did_not_run(self):
        self.played("os_test", "hang")
        row = self.rows(self.run_script("--time-limit", "1", status=3).stdout)["os_test"]
        self.assertEqual(row["status"], "did not run: ended after 1 s")

    def test_an_interrupt_ends_the_program_that_runs(self):
        self.played("os_test", "hang")
        with subprocess.Popen([sys.executable, "-B", COMMAND], env=self.environment(),
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True) as process:
            deadline = time.monotonic() + 60
            while not (self.folder / "pid").exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            said = process.communicate(timeout=HANG_SECONDS / 2)[1]
        self.assertEqual(process.returncode, 3, said)
        self.assertIn("interrupted", said)
        self.assertFalse(Path("/proc", (self.folder / "pid").read_text()).exists())

    def test_nothing_of_ours_hides_a_record(self):
        self.played("base_test")
        self.run_script()
        call = (self.folder / "calls").read_text().split()
        self.assertIn("--command-line-only=yes", call)
        self.assertIn("--show-leak-kinds=all", call)
        self.assertIn("--trace-children=yes", call)
        self.assertFalse([word for word in call if "suppressions" in word])

    def test_a_tool_for_threads_lists_the_kinds(self):
        self.played("base_test", "Race", "Race")
        row = self.rows(self.run_script("--tool", "helgrind", status=1).stdout)["base_test"]
        self.assertEqual((row["errors"], row["kinds"]), ("2", "2 Race"))

    def test_no_program_did_not_run(self):
        self.assertIn("Next step", self.run_script(status=3).stderr)

    def test_an_unknown_program_is_a_wrong_command_line(self):
        self.played("base_test")
        self.assertIn("base_test", self.run_script("--program", "bse_test", status=2).stderr)


if __name__ == "__main__":
    unittest.main()
