"""scripts/suppressions as a maintainer meets it: the list, the days, and how often an entry was
used according to logs. What the detectors print is theirs, to the letter."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "suppressions"
NAMES = ("asan", "lsan", "ubsan", "tsan", "valgrind")
FIELDS = """# reason: libfoo keeps its registry until the process ends
# issue: https://example.org/foo/issues/37
# added: 2026-11-21
# review: 2027-02-21
# pair: foo-registry
"""
LSAN_LIST = """
-----------------------------------------------------
Suppressions used:
  count      bytes template
      3        369 ^foo_registry_create$
-----------------------------------------------------
"""
TSAN_LIST = "ThreadSanitizer: Matched 2 suppressions (pid=9):\n2 race:^foo_count$\n"
MEMCHECK_LIST = """==9== ERROR SUMMARY: 0 errors from 0 contexts (suppressed: 1 from 1)
--9--
--9-- used_suppression:  1,000 foo-registry-kept valgrind.supp:7 suppressed: 369 bytes in 3 blocks
"""
MEMCHECK_HIDDEN = """==9== For lists of detected and suppressed errors, rerun with: -s
==9== ERROR SUMMARY: 0 errors from 0 contexts (suppressed: 1 from 1)
"""


def log(closed=True, **outputs):
    """LastTest.log of tests called as the keywords, with '_' for '.'."""
    text = "Start testing: Nov 21 12:00 UTC\n"
    for number, (name, output) in enumerate(outputs.items(), 1):
        name = name.replace("_", ".")
        rule = "-" * 58
        text += (f"{rule}\n{number}/{len(outputs)} Testing: {name}\n{number}/{len(outputs)} Test: "
                 f'{name}\nCommand: "/a"\nOutput:\n{rule}\n{output}\n<end of output>\nTest time = '
                 f' 0.01 sec\n{rule}\nTest Passed.\n"{name}" end time: a\n'
                 f'"{name}" time elapsed: 00:00:00\n')
    return text + ("End testing: Nov 21 12:01 UTC\n" if closed else "")


class Suppressions(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="redzone supp ")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for name in NAMES:
            self.write(f"suppressions/{name}.supp", "# Nothing.\n")

    def write(self, path, text):
        full = self.root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(text)

    def entry(self, name, text):
        self.write(f"suppressions/{name}.supp", f"# Head.\n\n{FIELDS}{text}\n")

    def run_script(self, *arguments, expect, on="2026-11-21"):
        done = subprocess.run(
            [sys.executable, str(SCRIPT), "--source", str(self.root), "--on", on, *arguments],
            cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
            check=False)  # fmt: skip
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stderr if expect in (2, 3) else done.stdout

    def used(self, text, detector="lsan"):
        """The JSON of the use of the one entry of a detector, by one log."""
        self.write("build/a/Testing/Temporary/LastTest.log", text)
        entries = json.loads(self.run_script("--used", "--json", expect=0))["entries"]
        return next(each["used"] for each in entries if each["detector"] == detector)

    def all_entries(self):
        self.entry("lsan", "leak:^foo_registry_create$")
        self.entry("tsan", "race:^foo_count$")
        self.entry("asan", "interceptor_via_fun:foo")
        self.entry("valgrind", "{\n   foo-registry-kept\n   Memcheck:Leak\n   fun:malloc\n"
                               "   fun:foo_registry_create\n}")

    def test_no_entry_is_0_and_says_how_many_files_were_read(self):
        self.assertEqual(self.run_script(expect=0),
                         "suppressions: 0 entries in 5 files, 0 due\n")

    def test_an_entry_is_listed_with_its_place_its_fields_and_the_days_left(self):
        self.all_entries()
        output = self.run_script(expect=0, on="2027-02-11")
        self.assertIn("suppressions/lsan.supp:8: lsan: leak:^foo_registry_create$\n", output)
        self.assertIn("suppressions/valgrind.supp:8: memcheck: Memcheck:Leak:foo-registry-kept\n"
                      "  frames    fun:malloc < fun:foo_registry_create\n", output)
        self.assertIn("  issue     https://example.org/foo/issues/37\n", output)
        self.assertIn("  pair      foo-registry\n  review    2027-02-21, 10 days left\n", output)

    def test_an_entry_is_due_from_its_review_date_on_and_makes_it_1(self):
        self.entry("lsan", "leak:^foo_registry_create$")
        self.run_script(expect=0, on="2027-02-20")
        self.assertIn("DUE since 0 days", self.run_script(expect=1, on="2027-02-21"))
        self.assertIn("DUE since 3 days", self.run_script(expect=1, on="2027-02-24"))

    def test_a_line_that_does_not_parse_makes_it_1(self):
        self.write("suppressions/lsan.supp", "race:foo\n")
        output = self.run_script(expect=1)
        self.assertIn("suppressions/lsan.supp:1: 'race' is an entry for tsan.supp", output)
        self.assertIn("Next step: scripts/tidy suppressions", output)

    def test_each_detector_that_lists_what_it_used_is_counted(self):
        self.all_entries()
        text = log(tripwire_lsan="", A_B=LSAN_LIST + LSAN_LIST, A_C=LSAN_LIST + TSAN_LIST,
                   A_D=MEMCHECK_LIST, tripwire_memcheck="")
        self.assertEqual(self.used(text), {"count": 9, "tests": ["A.B", "A.C"], "tests_count": 2,
                                           "unknown_because": None})
        self.assertEqual(self.used(text, "tsan")["count"], 2)
        self.assertEqual(self.used(text, "memcheck")["count"], 1000)

    def test_what_its_own_pair_used_does_not_count(self):
        self.entry("lsan", "leak:^foo_registry_create$")
        text = log(tripwire_lsan="", suppression_lsan_x=LSAN_LIST)
        self.assertEqual(self.used(text)["count"], 0)

    def test_silence_is_unused_only_in_a_complete_log_of_the_detector(self):
        self.all_entries()
        for text in (log(A_B=""), log(tripwire_tsan=""), log(tripwire_lsan="", closed=False)):
            with self.subTest(log=text):
                self.assertIsNone(self.used(text)["count"])
        self.assertEqual(self.used(log(tripwire_lsan=""))["count"], 0)

    def test_what_the_detector_does_not_say_is_unknown(self):
        self.all_entries()
        self.assertIsNone(self.used(log(tripwire_asan=""), "asan")["count"])
        self.assertIn("used      unknown: AddressSanitizer does not say",
                      self.run_script("--used", expect=0))

    def test_memcheck_is_unknown_where_it_hid_something_without_naming_it(self):
        self.all_entries()
        named = MEMCHECK_LIST.replace("foo-registry-kept", "of-the-system")
        for output, expected in (("", 0), (named, 0), (MEMCHECK_HIDDEN, None)):
            with self.subTest(output=output):
                text = log(tripwire_memcheck="", A_B=output, A_C="")
                self.assertEqual(self.used(text, "memcheck")["count"], expected)

    def test_logs_and_files_are_named_on_the_command_line_too(self):
        self.entry("lsan", "leak:^foo_registry_create$")
        self.write("one.log", LSAN_LIST)
        output = self.run_script("suppressions/lsan.supp", "--used", "one.log", expect=0)
        self.assertIn("  used      3 times\n", output)
        self.assertIn("1 entries in 1 files", output)

    def test_what_cannot_be_read_is_3_with_the_next_step(self):
        self.assertIn("Next step: scripts/memory-checks", self.run_script("--used", expect=3))
        self.assertIn("no.log: No such file", self.run_script("--used", "no.log", expect=3))
        self.write("suppressions/lsan.supp", "#" * ((1 << 20) + 1))
        self.assertIn("larger than", self.run_script(expect=3))
        (self.root / "suppressions/lsan.supp").unlink()
        self.assertIn("git checkout -- ", self.run_script(expect=3))

    def test_a_wrong_command_line_is_2(self):
        self.assertIn("one of asan.supp", self.run_script("foo.supp", expect=2))
        self.assertIn("no date of the form", self.run_script(expect=2, on="2026-2-1"))


if __name__ == "__main__":
    unittest.main()
