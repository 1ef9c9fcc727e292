#!/usr/bin/env python3
"""Tests of cmake/canaries/run_canary.py and of the modules beside it, on real reports (outputs/)
that stand-in programs print."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
CANARIES = os.path.join(HERE, "..", "..", "cmake", "canaries")
RUNNER = os.path.join(CANARIES, "run_canary.py")
sys.path.insert(0, CANARIES)

from canary_process import DETECTORS, suppression_files, with_suppressions  # noqa: E402
from canary_reports import parse_reports  # noqa: E402

VARIABLES = [detector.options for detector in DETECTORS.values()]


def recorded(name: str) -> str:
    with open(os.path.join(HERE, "outputs", name + ".txt"), encoding="utf-8") as file:
        return file.read()


class ReadsReports(unittest.TestCase):
    def expect(self, name: str, source: str, *descriptions: str) -> None:
        reports = parse_reports(recorded(name))
        self.assertEqual([report.describe(source) for report in reports], list(descriptions))

    def test_of_address_sanitizer(self):
        for compiler in ("gcc", "clang"):
            self.expect(f"asan_{compiler}_uaf", "uaf.cpp",
                        "asan heap-use-after-free size=40 access=read line=4")
        self.expect("asan_gcc_uar", "uar.cpp",
                    "asan stack-use-after-return size=4 access=read line=3")
        self.expect("asan_gcc_global_overflow", "global_overflow.cpp",
                    "asan global-buffer-overflow size=16 access=read line=3")

    def test_whose_header_and_summary_word_the_kind_differently(self):
        self.expect("asan_gcc_double_free", "double_free.cpp",
                    "asan double-free size=16 access=? line=2")
        self.expect("asan_clang_mismatch", "mismatch.cpp",
                    "asan alloc-dealloc-mismatch size=16 access=? line=2")

    def test_of_leak_sanitizer_one_by_one(self):
        self.expect("asan_gcc_leak", "leak.cpp",
                    *["lsan direct-leak size=123 access=? line=5"] * 3,
                    "lsan direct-leak size=64 access=? line=6")

    def test_of_undefined_behavior_sanitizer_with_and_without_summary(self):
        self.expect("ubsan_gcc_summary", "ub.cpp",
                    "ubsan signed-integer-overflow size=? access=? line=7")
        self.expect("ubsan_clang_plain", "ub.cpp",
                    "ubsan signed-integer-overflow size=? access=? line=7",
                    "ubsan invalid-shift-exponent size=? access=? line=8",
                    "ubsan out-of-bounds-index size=? access=? line=10",
                    "ubsan misaligned-pointer-use size=? access=? line=11")

    def test_of_thread_sanitizer(self):
        self.expect("tsan_gcc_race", "race.cpp", "tsan data-race size=4 access=read line=4")
        self.expect("tsan_clang_race_heap", "race_heap.cpp",
                    "tsan data-race size=48 access=write line=6")
        self.expect("tsan_clang_uaf", "uaf.cpp",
                    "tsan heap-use-after-free size=4 access=read line=4")
        self.expect("tsan_gcc_deadlock", "deadlock.cpp",
                    "tsan lock-order-inversion size=? access=? line=4")

    def test_of_memory_sanitizer(self):
        self.expect("msan_clang_uninit", "uninit.cpp",
                    "msan use-of-uninitialized-value size=? access=? line=12")

    def test_of_memcheck_under_the_names_of_its_xml(self):
        self.expect("memcheck_clang_uaf", "uaf.cpp",
                    "memcheck InvalidRead size=40 access=read line=4")
        self.expect("memcheck_clang_uninit", "uninit.cpp",
                    "memcheck UninitCondition size=? access=? line=5")
        self.expect("memcheck_gcc_leak", "leak.cpp",
                    "memcheck Leak_IndirectlyLost size=64 access=? line=6",
                    "memcheck Leak_StillReachable size=77 access=? line=8",
                    "memcheck Leak_DefinitelyLost size=128 access=? line=6",
                    "memcheck Leak_PossiblyLost size=200 access=? line=8",
                    "memcheck Leak_DefinitelyLost size=369 access=? line=5")

    def test_that_name_no_block_or_no_frame_of_an_access(self):
        self.expect("asan_clang_segv", "segv.cpp", "asan SEGV size=? access=read line=1")
        self.expect("asan_gcc_memcpy_overlap", "memcpy_overlap.cpp",
                    "asan memcpy-param-overlap size=64 access=? line=3")
        self.expect("asan_clang_new_size", "newsize.cpp",
                    "asan new-delete-type-mismatch size=8 access=? line=4")
        self.expect("tsan_gcc_thread_leak", "threadleak.cpp",
                    "tsan thread-leak size=? access=? line=4")

    def test_of_a_signal_that_ends_the_program_under_memcheck(self):
        self.expect("memcheck_gcc_segv", "wild_pointer.cpp",
                    "memcheck InvalidRead size=1 access=read line=11",
                    "memcheck fatal_signal size=? access=? line=11")

    def test_of_undefined_behavior_sanitizer_by_the_words_of_its_messages(self):
        for message, kind in (
                ("load of value 37, which is not a valid value for type 'bool'",
                 "invalid-bool-load"),
                ("load of value 37, which is not a valid value for type 'Colour'",
                 "invalid-enum-load"),
                ("load of null pointer of type 'const int'", "null-pointer-use"),
                ("null pointer passed as argument 1, which is declared to never be null",
                 "invalid-null-argument"),
                ("applying non-zero offset 37 to null pointer", "nullptr-with-nonzero-offset"),
                ("pointer index expression with base 0x80 overflowed to 0x7f", "pointer-overflow"),
                ("something that no release of today says", "other")):
            reports = parse_reports(f"bug.cpp:7:9: runtime error: {message}\n")
            self.assertEqual([report.kind for report in reports], [kind])

    def test_and_says_that_one_without_its_last_line_is_incomplete(self):
        for name, last in (("asan_gcc_uaf", "SUMMARY"), ("asan_gcc_leak", "SUMMARY"),
                           ("tsan_gcc_race", "SUMMARY"), ("msan_clang_uninit", "SUMMARY"),
                           ("memcheck_clang_uaf", "==20594== ERROR")):
            reports = parse_reports(recorded(name).split(last)[0])
            self.assertTrue(reports, name)
            self.assertFalse(any(report.complete for report in reports), name)


class InAFolder(unittest.TestCase):
    """Runs the scripts on stand-in programs in a temporary folder, without options of detectors."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="redzone ")  # a path may have a blank
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.environment = {name: value for name, value in os.environ.items()
                            if name not in VARIABLES}

    def write(self, name: str, text: str) -> str:
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)
        return path

    def program(self, output: str, status: int, trace: str = "__asan_init __ubsan_handle_") -> str:
        printed = self.write("output", output)
        return self.write("program", f"#!/bin/sh\n# {trace}\ncat '{printed}' >&2\nexit {status}\n")

    def run_script(self, script: str, *arguments: str) -> int:
        run = subprocess.run([sys.executable, script, *arguments], env=self.environment,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             timeout=60, check=False)
        self.said = run.stdout
        return run.returncode

    def canary(self, expected: str, program: str, *more: str, source: str = "uaf.cpp") -> int:
        source = self.write(source, f"// expect: {expected}\n")
        return self.run_script(RUNNER, "--detector", expected.split()[0], "--source", source,
                               "--program", program, *more)

    def assert_said(self, *parts: str) -> None:
        for part in parts:
            self.assertIn(part, self.said)


UAF = "asan heap-use-after-free size=40 access=read line=4"


class RunCanary(InAFolder):
    def test_says_one_short_line_that_is_no_report_when_the_bug_is_caught(self):
        self.assertEqual(self.canary(UAF, self.program(recorded("asan_gcc_uaf"), 1)), 0, self.said)
        self.assertEqual(self.said, "canary uaf: caught by asan\n")
        self.assertEqual(parse_reports(self.said), [])

    def test_fails_on_each_word_that_differs_and_shows_both(self):
        program = self.program(recorded("asan_gcc_uaf"), 1)
        for expected, word in ((UAF.replace("free", "poison"), "kind"),
                               (UAF.replace("size=40", "size=37"), "size"),
                               (UAF.replace("read", "write"), "access"),
                               (UAF.replace("line=4", "line=5"), "line")):
            self.assertEqual(self.canary(expected, program), 1, self.said)
            self.assert_said(f"expected: {expected}", f"another {word}: {UAF}", "likely cause: ",
                             "  | READ of size 4")

    def test_looks_for_the_line_in_the_canarys_own_source(self):
        program = self.program(recorded("asan_gcc_uaf"), 1)
        self.assertEqual(self.canary(UAF, program, source="af.cpp"), 1)
        self.assert_said("another line: ", "line=?", "no file names")

    def test_fails_when_the_program_exits_with_0_after_its_report(self):
        self.assertEqual(self.canary(UAF, self.program(recorded("asan_gcc_uaf"), 0)), 1)
        self.assert_said("exit status 0", "likely cause: ASAN_OPTIONS")

    def test_fails_when_nothing_is_reported_and_names_the_missing_flag(self):
        for expected, title in ((UAF, "AddressSanitizer"), ("lsan direct-leak", "LeakSanitizer"),
                                ("tsan data-race", "ThreadSanitizer"),
                                ("msan use-of-uninitialized-value", "MemorySanitizer"),
                                ("ubsan invalid-shift-exponent", "UndefinedBehaviorSanitizer")):
            self.assertEqual(self.canary(expected, self.program("done\n", 0, "no trace")), 1)
            self.assert_said(f"no report of {title}", f"the program was built without {title}")
        self.assertEqual(self.canary(UAF, self.program("done\n", 0)), 1)
        self.assertNotIn("was built without", self.said)

    def test_fails_on_a_report_that_nobody_expects(self):
        both = recorded("asan_gcc_uaf") + recorded("ubsan_gcc_summary")
        self.assertEqual(self.canary(UAF, self.program(both, 1)), 1)
        self.assert_said("a report of another detector: ubsan signed-integer-overflow")

    def test_fails_on_a_report_that_was_cut_off(self):
        cut = recorded("asan_gcc_uaf").split("SUMMARY")[0]
        self.assertEqual(self.canary(UAF, self.program(cut, 1)), 1)
        self.assert_said("cut off before its last line")

    def test_could_not_run_when_the_suppressions_do_not_parse(self):
        for failure in ("failed to parse suppressions", "failed to read suppressions file '/x'"):
            output = f"==7==AddressSanitizer: {failure}\n"
            for report in ("", recorded("asan_gcc_uaf")):
                self.assertEqual(self.canary(UAF, self.program(output + report, 1)), 3)
                self.assert_said("the detector did not run", "the suppression file")

    def test_could_not_run_when_the_time_is_over_and_ends_the_children_too(self):
        fifo = os.path.join(self.folder, "fifo")
        os.mkfifo(fifo)
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        program = self.write("program", f"#!/bin/sh\nsleep 60 > '{fifo}' &\nwait\n")
        self.assertEqual(self.canary(UAF, program, "--timeout", "1"), 3)
        self.assert_said("killed at the time limit of 1 s")
        # The pipe hangs up when the last process that could write into it is gone.
        waiting = select.poll()
        waiting.register(reader, select.POLLHUP)
        self.assertTrue(waiting.poll(10_000), "the canary's child is still there")

    def test_could_not_run_when_the_output_has_no_end(self):
        program = self.write("program", "#!/bin/sh\nwhile :; do cat /bin/sh; done\n")
        self.assertEqual(self.canary(UAF, program, "--timeout", "50"), 3)
        self.assert_said("printed more than the runner keeps")

    def test_could_not_run_without_a_program_or_a_readable_expectation(self):
        self.assertEqual(self.canary(UAF, os.path.join(self.folder, "absent")), 3)
        self.assert_said("could not run", "absent")
        program = self.program(recorded("asan_gcc_uaf"), 1)
        for words in ("asan", "asan uaf size=big", "asan uaf size=1 size=2", "asan uaf lines=4",
                      "asan uaf access=jump", "asan uaf\n// expect: asan uaf",
                      "asan uaf\n// expect: asna other"):
            self.assertEqual(self.canary(words, program), 3, words)
            self.assert_said("uaf.cpp", "could not run")

    def test_refuses_a_wrong_command_line(self):
        self.assertEqual(self.run_script(RUNNER, "--detector", "asam"), 2)
        self.assertEqual(self.canary(UAF, "x", "--timeout", "0"), 2)
        self.assertEqual(self.run_script(RUNNER, "--help"), 0)

    def test_runs_memcheck_through_the_valgrind_it_is_given(self):
        valgrind = self.program(recorded("memcheck_clang_uaf"), 99)
        expected = "memcheck InvalidRead size=40 access=read line=4"
        self.assertEqual(self.canary(expected, "any", "--valgrind", valgrind), 0, self.said)


class Tripwire(InAFolder):
    def tripwire(self, options: str, program: str, expected: str = UAF, *more: str) -> int:
        self.environment[DETECTORS[expected.split()[0]].options] = options
        return self.canary(expected, program, "--tripwire", "--preset", "asan-clang", *more)

    def test_is_content_with_a_report_and_an_existing_suppression_file(self):
        path = self.write("asan.supp", "# nothing\n")
        program = self.program(recorded("asan_gcc_uaf"), 1)
        for options in (f"suppressions='{path}':detect_leaks=1", f'a=1 suppressions="{path}"',
                        f"suppressions=/absent:suppressions='{path}'"):
            self.assertEqual(self.tripwire(options, program), 0, self.said)
            self.assertEqual(self.said, "tripwire asan: caught by asan\n")

    def test_requires_the_options_of_the_preset_and_says_how_to_get_them(self):
        program = self.program(recorded("asan_gcc_uaf"), 1)
        for options in ("", "detect_leaks=1", "print_suppressions=1", "xsuppressions=/x"):
            self.assertEqual(self.tripwire(options, program), 3, options)
            self.assert_said("ASAN_OPTIONS", "Next step: ctest --preset asan-clang")

    def test_requires_any_options_of_a_detector_that_has_no_suppressions(self):
        program = self.program(recorded("msan_clang_uninit"), 1)
        expected = "msan use-of-uninitialized-value line=12"
        for options, status in (("halt_on_error=1", 0), ("", 3)):
            self.environment["MSAN_OPTIONS"] = options
            self.assertEqual(self.canary(expected, program, "--tripwire", "--preset", "msan",
                                         source="uninit.cpp"), status, self.said)
        self.assert_said("MSAN_OPTIONS is not set", "Next step: ctest --preset msan")

    def test_requires_an_absolute_path_of_a_file_that_exists(self):
        program = self.program(recorded("asan_gcc_uaf"), 1)
        path = self.write("asan.supp", "# nothing\n")
        self.assertEqual(self.tripwire("suppressions=asan.supp", program), 3)
        self.assert_said("no absolute path")
        self.assertEqual(self.tripwire(f"suppressions='{path}.gone'", program), 3)
        self.assert_said("does not exist", "git checkout")
        self.assertEqual(self.tripwire(f"suppressions='{self.folder}'", program), 3)

    def test_is_not_satisfied_by_the_report_of_another_detector(self):
        path = self.write("any.supp", "")
        for name, expected in (("asan_gcc_leak", UAF), ("asan_gcc_uaf", "lsan direct-leak"),
                               ("asan_gcc_uaf", "ubsan signed-integer-overflow"),
                               ("ubsan_gcc_summary", UAF)):
            program = self.program(recorded(name), 1)
            self.assertEqual(self.tripwire(f"suppressions='{path}'", program, expected), 1)
            self.assert_said("no report of ")

    def test_of_memcheck_requires_the_status_that_the_options_name(self):
        path = self.write("valgrind.supp", "")
        expected = "memcheck InvalidRead size=40 access=read line=4"
        for status, code, result in ((99, "--error-exitcode=99", 0), (1, "--error-exitcode=99", 1),
                                     (99, "", 1), (99, "--error-exitcode=0", 1)):
            valgrind = self.program(recorded("memcheck_clang_uaf"), status)
            options = f"--suppressions='{path}' {code}"
            self.assertEqual(self.tripwire(options, "any", expected, "--valgrind", valgrind),
                             result)
            if code in ("", "--error-exitcode=0"):
                self.assert_said("VALGRIND_OPTS has no --error-exitcode")

    def test_of_memcheck_requires_every_suppression_file(self):
        path = self.write("valgrind.supp", "")
        valgrind = self.program(recorded("memcheck_clang_uaf"), 99)
        options = f"--suppressions='{path}.gone' --suppressions='{path}' --error-exitcode=99"
        self.assertEqual(self.tripwire(options, "any", "memcheck InvalidRead", "--valgrind",
                                       valgrind), 3)
        self.assert_said("valgrind.supp.gone")


class SuppressionOptions(unittest.TestCase):
    def test_are_exchanged_and_nothing_else(self):
        asan, memcheck = DETECTORS["asan"], DETECTORS["memcheck"]
        for detector, before, after in (
                (asan, "suppressions='/a b/x':print_suppressions=1",
                 "suppressions='/y':print_suppressions=1"),
                (memcheck, "-q --suppressions=/x --error-exitcode=9",
                 "-q --suppressions='/y' --error-exitcode=9")):
            self.assertEqual(with_suppressions(detector, before, "/y"), after)
        self.assertEqual(suppression_files(memcheck, "--suppressions=/x --suppressions='/a b'"),
                         ["/x", "/a b"])
        with self.assertRaises(ValueError):
            with_suppressions(asan, "suppressions=/x", "/it's")


if __name__ == "__main__":
    unittest.main()
