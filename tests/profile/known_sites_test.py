"""known_sites_test.py TOOL: the profiler TOOL on a program whose allocations are known, the numbers
that scripts/profile prints of it, and the ends of a program that it must not pass off as a whole.
Exits 77, which is 'skipped', without the tool."""

import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

from profile_case import ROOT, ProfileCase

TOOL = sys.argv.pop(1) if len(sys.argv) > 1 else "dhat"
PROGRAM = "heaptrack" if TOOL == "heaptrack" else "valgrind"

KEPT = "one = new char[1000]"
LARGE = "std::malloc(65536)"
SMALL = "new char[24]"
# peak_bytes, total_bytes, blocks, live_bytes_end, live_blocks_end
EXPECTED = {KEPT: (100000, 100000, 100, 100000, 100), LARGE: (65536, 65536, 1, 0, 0),
            SMALL: (0, 120000, 5000, 0, 0)}
COLUMNS = ("peak_bytes", "total_bytes", "blocks", "live_bytes_end", "live_blocks_end")


def processes_with(argument):
    """The process ids of those that have it on their command line."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if argument in (entry / "cmdline").read_bytes():
                found.append(entry.name)
        except OSError:
            continue
    return found


class KnownSites(ProfileCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls.compile("known sites %p")

    def expected(self, text):
        numbers = EXPECTED[text]
        return numbers if TOOL != "massif" else (numbers[0], None, None, None, None)

    def test_the_numbers_are_exact(self):
        done, document = self.profile_json("--tool", TOOL, "--", self.program)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.validate(done.stdout)
        (run,) = document["runs"]
        sites = {site["project_frame"]["line"]: site for site in run["sites"]
                 if site["project_frame"]}
        for text in EXPECTED:
            line = self.line_of(text)
            if TOOL == "massif" and text == SMALL:
                self.assertNotIn(line, sites)  # nothing of it lives at the peak
                continue
            with self.subTest(site=text):
                site = sites.pop(line)
                self.assertEqual(tuple(site[column] for column in COLUMNS), self.expected(text))
                self.assertEqual(site["project_frame"]["file"], "known_sites.cpp")
                self.assertEqual(site["frame"], site["project_frame"])
        self.assertEqual(sites, {})
        # libstdc++ may hold memory of its own: the sum of what is no site of the program.
        others = [site for site in run["sites"] if not site["project_frame"]]
        for index, column in enumerate(COLUMNS):
            with self.subTest(column=column):
                if TOOL == "massif" and index > 0:
                    self.assertIsNone(run["totals"][column])
                else:
                    self.assertEqual(run["totals"][column],
                                     sum(numbers[index] for numbers in EXPECTED.values()) +
                                     sum(site[column] for site in others))

    def validate(self, document):
        validator = os.environ.get("REDZONE_VALIDATE_JSON")
        if not validator:
            print("not held against its schema: there is no validate_json", file=sys.stderr)
            return
        schema = ROOT / "docs" / "schemas" / "profile-1.schema.json"
        done = subprocess.run([validator, schema], input=document, capture_output=True, text=True,
                              check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_table_shows_them_within_100_columns(self):
        done = self.profile("--tool", TOOL, "--top", "2", "--", self.program)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        rows = done.stdout.splitlines()
        numbers = ["100,000", "100,000", "100", "100,000"]
        if TOOL == "massif":
            numbers[1:] = ["?", "?", "?"]
        place = f"known_sites.cpp:{self.line_of(KEPT)}"
        self.assertIn([*numbers, place], [row.split() for row in rows])
        table = [row for row in rows if not row.startswith(("profile:", "look closer:"))]
        self.assertLessEqual(max(map(len, table)), 100)

    def test_a_program_that_fails_is_shown_and_named_with_status_1(self):
        done, document = self.profile_json("--tool", TOOL, "--", self.program, "fails")
        self.assertEqual(done.returncode, 1)
        self.assertIn("failed with exit status 7", done.stderr)
        self.assertEqual(document["runs"][0]["exit_status"], 7)
        self.assertGreaterEqual(document["runs"][0]["totals"]["peak_bytes"], 165536)
        self.validate(done.stdout)

    def test_a_program_that_was_killed_is_not_shown(self):
        done, document = self.profile_json("--tool", TOOL, "--", self.program, "killed")
        self.assertEqual(done.returncode, 3)
        self.assertIn("ended by signal 9 (SIGKILL)", done.stderr)
        self.assertIsNone(document["runs"][0]["totals"])
        self.validate(done.stdout)

    def test_the_time_limit_ends_the_program_and_leaves_no_process(self):
        done = self.profile("--tool", TOOL, "--time-limit", "2", "--", self.program, "hangs")
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("time limit of 2 s", done.stderr)
        self.assertEqual(processes_with(str(self.program).encode()), [])


if __name__ == "__main__":
    if shutil.which(PROGRAM) is None:
        print(f"skipped: {PROGRAM} is not on this machine; scripts/setup profile installs it")
        sys.exit(77)
    unittest.main(verbosity=2)
