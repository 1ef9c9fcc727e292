"""run_pair.py on programs that only print what a detector prints: each way in which an entry, a
committed or a planted one, is not proved."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

RUNNER = Path(__file__).resolve().with_name("run_pair.py")
FIELDS = "# reason: one two three\n# issue: https://example.org/a/1\n# added: 2026-11-21\n"
COMMITTED = f"""# Head of the file.

{FIELDS}# pair: neighbour
leak:^neighbour_open$

{FIELDS}# pair: cache-open
leak:^cache_open$
"""
# Reports a leak unless the entry is in its suppression file; says which ones it used.
PROGRAM = """#!/bin/sh
file=${LSAN_OPTIONS#*suppressions=?} file=${file%?}
grep -q '^leak:^neighbour_open\\$$' "$file" || { echo 'the neighbour is gone'; exit 9; }
if grep -q '^leak:^cache_open\\$$' "$file"; then
  printf 'came to the end\\nSuppressions used:\\n  count      bytes template\\n'
  printf '      1         13 %s\\n' '^cache_open$'
  exit STATUS
fi
printf '==1==ERROR: LeakSanitizer: detected memory leaks\\n\\n'
printf 'Direct leak of 13 byte(s) in 1 object(s) allocated from:\\n'
printf '    #0 0x1 in cache_open a.cpp:2:1\\n\\n'
printf 'SUMMARY: LeakSanitizer: 13 byte(s) leaked in 1 allocation(s).\\n'
exit 23
"""


class PairCase(unittest.TestCase):
    def run_pair(self, which, expect, committed=COMMITTED, program=PROGRAM.replace("STATUS", "0"),
                 planted="# reason: x\nleak:^cache_open$\n"):
        with tempfile.TemporaryDirectory(prefix="redzone pair ") as folder:
            root = Path(folder)
            (root / "committed.supp").write_text(committed)
            (root / "a.cpp").write_text("// expect: lsan direct-leak size=13 line=2\n")
            (root / "planted.supp").write_text(planted)
            (root / "program").write_text(program)
            (root / "program").chmod(0o755)
            options = f"suppressions='{root / 'committed.supp'}'"
            done = subprocess.run(
                [sys.executable, "-B", str(RUNNER), "--detector", "lsan", "--source",
                 str(root / "a.cpp"), "--program", str(root / "program"), "--library",
                 str(root / "program"), "--committed", str(root / "committed.supp"), *which,
                 "--scratch", str(root / "scratch.supp")],
                cwd=root,
                env={**os.environ, "LSAN_OPTIONS": options}, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True, timeout=60, check=False)  # fmt: skip
            self.assertEqual(done.returncode, expect, done.stdout)
            return done.stdout


class CommittedEntry(PairCase):
    def run_pair(self, pair, expect, **more):
        return super().run_pair(("--pair", pair), expect, **more)

    def test_is_proved_without_touching_its_neighbour(self):
        self.assertIn("caught without the entry, silent with it", self.run_pair("cache-open", 0))

    def test_that_no_entry_names_is_1_with_the_next_step(self):
        output = self.run_pair("cache_open", 1)
        self.assertIn("has no entry with '# pair: cache_open'.\nNext step: ", output)

    def test_that_hides_nothing_is_1(self):
        silent = "#!/bin/sh\necho came to the end\n"
        self.assertIn("not caught without the entry",
                      self.run_pair("cache-open", 1, program=silent))

    def test_whose_stack_has_no_line_of_the_caller_is_1_and_says_when_to_expect_none(self):
        foreign = PROGRAM.replace("STATUS", "0").replace("a.cpp:2:1", "(libcache.so+0x1)")
        self.assertIn("take line= out of the expect line",
                      self.run_pair("cache-open", 1, program=foreign))
        elsewhere = PROGRAM.replace("STATUS", "0").replace("a.cpp:2:1", "a.cpp:7:1")
        self.assertNotIn("take line= out", self.run_pair("cache-open", 1, program=elsewhere))

    def test_that_an_earlier_entry_shadows_is_1(self):
        broad = COMMITTED.replace("leak:^neighbour_open$", "leak:^neighbour_open$\nleak:cache")
        program = PROGRAM.replace("STATUS", "0").replace("grep -q '^leak:^c",
                                                         "grep -q '^leak:cache' \"$file\" || "
                                                         "grep -q '^leak:^c")
        self.assertIn("not caught without the entry",
                      self.run_pair("cache-open", 1, committed=broad, program=program))

    def test_that_leaves_the_program_failing_is_1(self):
        output = self.run_pair("cache-open", 1, program=PROGRAM.replace("STATUS", "4"))
        self.assertIn("not silent with the entry", output)
        self.assertIn("exit status 4", output)


class PlantedEntry(PairCase):
    """Appended to a committed file that has only the neighbour."""

    def run_pair(self, expect, committed=COMMITTED[:COMMITTED.rindex("\n# reason")], **more):
        return super().run_pair(("--entry", "planted.supp"), expect, committed, **more)

    def test_is_proved_when_it_makes_the_difference(self):
        self.assertEqual(self.run_pair(0),
                         "suppression lsan: caught without the entry, silent with it\n")

    def test_is_not_proved_when_the_committed_file_hides_the_defect_already(self):
        self.assertIn("not caught without the entry", self.run_pair(1, committed=COMMITTED))

    def test_is_not_proved_when_it_does_not_match(self):
        output = self.run_pair(1, planted="# reason: x\nleak:^cache_close$\n")
        self.assertIn("not silent with the entry", output)
        self.assertIn("still reported: lsan direct-leak", output)

    def test_is_not_proved_when_another_entry_was_used(self):
        other = PROGRAM.replace("STATUS", "0").replace("13 %s", "13 %sX")
        self.assertIn("does not list '^cache_open$'", self.run_pair(1, program=other))

    def test_is_not_proved_when_the_program_stops_on_the_way(self):
        stops = PROGRAM.replace("STATUS", "0").replace("came to the end", "started")
        self.assertIn("did not come to its end", self.run_pair(1, program=stops))


if __name__ == "__main__":
    unittest.main()
