"""What is a finding, and how reasons are ordered and bounded."""

import unittest

from ctest_tree import block
from verdict_case import EXAMPLES, VerdictCase

from redzone_scripts.log_patterns import CAUSES_MAX, PLACES_MAX, Reason, Reasons
from redzone_scripts.text_lines import PIECE_BYTES_MAX


# What ctest writes when FAIL_REGULAR_EXPRESSION matched: the whole expression, on one line.
QUOTED = ("Test Fail Reason:\nError regular expression found in output. Regex=[==[0-9]+==(ERROR|"
          "WARNING): [A-Za-z]+Sanitizer|WARNING: ThreadSanitizer: [a-z -]+[(]]")


class WhatIsAFinding(VerdictCase):
    def test_a_failed_test_is_a_finding(self):
        self.tree.blocks[1] = block("Reader.Reads", "expected 2\n", "Test Failed.")
        self.expect(self.decide(8), "findings", "a test failed Reader.Reads", "expected 2")

    def test_a_failed_test_under_valgrind_is_named_with_its_own_first_line(self):
        banner = ("==7== Memcheck, a memory error detector\n==7== Copyright (C) 2002-2022, and "
                  "others\n==7== Using Valgrind-3.19.0 and LibVEX\n==7== Command: /b/t\n==7== \n")
        self.tree.blocks[1] = block("Reader.Reads", f"{banner}expected 2\n", "Test Failed.")
        self.expect(self.decide(8), "findings", "expected 2")

    def test_a_test_that_failed_after_the_word_for_skipped_is_a_finding(self):
        reason = "Test Pass Reason:\nSkip regular expression found in output. Regex=[SKIPPED]"
        self.tree.blocks[1] = block("Reader.Reads", "[  SKIPPED ] so it says\nexpected 2\n"
                                    "[  FAILED  ] Reader.Reads (0 ms)\n", reason)
        output = self.tree.write_output([("Reader.Reads", "Skipped")])
        self.expect(self.decide(0, ctest_output=output), "findings", "a test failed Reader.Reads")
        self.expect(self.decide(0), "findings", "a test failed Reader.Reads")

    def test_a_failed_test_is_a_finding_even_when_ctest_says_0(self):
        self.tree.blocks[1] = block("Reader.Reads", result="Test Failed.")
        self.expect(self.decide(0), "findings", "a test failed Reader.Reads")

    def test_a_required_output_that_is_missing_is_a_finding(self):
        self.tree.blocks[1] = block("Reader.Reads", result="Test Fail Reason:\nRequired regular "
                                    "expression not found. Regex=[zzz\n]")
        self.expect(self.decide(8), "findings", "a test failed Reader.Reads")

    def test_a_report_in_a_test_that_passes_is_a_finding(self):
        for line in EXAMPLES["matching"]["sanitizer-report"]:
            with self.subTest():
                self.tree.blocks[1] = block("Reader.Reads", line + "\n")
                verdict = self.decide(0)
                self.expect(verdict, "findings", "a sanitizer reported")
                self.assertEqual(verdict.reasons[0].test, "Reader.Reads")

    def test_a_report_without_line_end_at_the_end_of_a_test_is_a_finding(self):
        self.tree.blocks[1] = block("Reader.Reads",
                                    EXAMPLES["matching"]["undefined-behaviour"][0])
        verdict = self.decide(0, listed=["tripwire.asan", "Reader.Reads"])
        self.expect(verdict, "findings", "UndefinedBehaviorSanitizer reported")

    def test_a_report_behind_a_long_line_is_a_finding(self):
        report = EXAMPLES["matching"]["sanitizer-report"][0]
        for padding in (PIECE_BYTES_MAX - 20, 3 * PIECE_BYTES_MAX):
            with self.subTest(padding):
                self.tree.blocks[1] = block("Reader.Reads", "x" * padding + report + "\n")
                self.expect(self.decide(0), "findings", "a sanitizer reported")

    def test_a_report_in_a_log_that_ends_too_early_is_named_too(self):
        report = EXAMPLES["matching"]["sanitizer-report"][0]
        self.tree.blocks[1] = block("Reader.Reads", f"{report}\n").split("<end of output>")[0]
        self.tree.closing = ""
        self.expect(self.decide(8), "did_not_run", "findings a sanitizer reported")

    def test_one_report_is_one_reason(self):
        matching = EXAMPLES["matching"]
        lines = [matching[key][0] for key in ("sanitizer-report", "sanitizer-summary",
                                              "thread-sanitizer-count")]
        self.tree.blocks[1] = block("Reader.Reads", "\n".join(lines + lines) + "\n", "Test Failed.")
        self.assertEqual(len(self.decide(8).reasons), 1)

    def test_the_expression_that_ctest_quotes_is_no_report(self):
        report = EXAMPLES["matching"]["undefined-behaviour"][0]
        self.tree.blocks[1] = block("Reader.Reads", f"{report}\n", QUOTED)
        verdict = self.decide(8)
        self.expect(verdict, "findings", "UndefinedBehaviorSanitizer reported")
        self.assertEqual(len(verdict.reasons), 1)

    def test_a_test_that_fails_by_the_expression_alone_is_a_finding(self):
        self.tree.blocks[1] = block("Reader.Reads", "expected 2\n", QUOTED)
        self.expect(self.decide(8), "findings", "a test failed Reader.Reads", "expected 2")

    def test_a_report_in_the_place_of_ctests_reason_is_a_finding(self):
        report = EXAMPLES["matching"]["sanitizer-report"][0]
        self.tree.blocks[1] = block("Reader.Reads", f"<end of output>\nTest Fail Reason:\n{report}"
                                    "\n")
        self.expect(self.decide(0), "findings", "a sanitizer reported")

    def test_line_ends_of_other_systems_change_nothing(self):
        for line in EXAMPLES["matching"]["undefined-behaviour-minimal"]:
            with self.subTest():
                self.tree.blocks[1] = block("Reader.Reads", line + "\r\n")
                self.expect(self.decide(0), "findings")

    def test_bytes_that_are_no_text_do_not_hide_a_report(self):
        self.tree.write()
        report = EXAMPLES["matching"]["sanitizer-report"][0].encode()
        body = self.tree.log.read_bytes().replace(b"fine\n", b"\xff\xfe\0\r" + report + b"\r\n", 1)
        self.tree.log.write_bytes(body)
        self.tree.blocks = None
        self.expect(self.decide(0), "findings")

    def test_a_failed_check_counts_only_in_a_failed_test(self):
        line = EXAMPLES["matching"]["redzone-check"][0] + "\n"
        self.tree.blocks[1] = block("Reader.Reads", line)
        self.expect(self.decide(0), "clean")
        self.tree.blocks[1] = block("Reader.Reads", line, "Test Failed.")
        self.expect(self.decide(8), "findings", "a check of redzone's own failed")

    def test_did_not_run_wins_and_both_are_listed(self):
        self.tree.blocks = [block("Reader.Reads", result="Test Failed.")]
        self.expect(self.decide(8), "did_not_run", "tripwire.asan",
                    "findings a test failed Reader.Reads")

    def test_a_test_that_imitates_ctests_log_changes_nothing(self):
        inner = block("tripwire.lsan", total=9) + block("Other.Fails", result="Test Failed.")
        self.tree.blocks[1] = block("Reader.Reads", inner)
        self.expect(self.decide(0, listed=["tripwire.asan", "Reader.Reads"]), "clean")
        self.tree.description["detectors"].append("lsan")
        self.expect(self.decide(0), "did_not_run", "tripwire.lsan did not run")


class ReasonsAreBoundedAndInOrder(VerdictCase):
    def test_causes_come_in_the_order_of_the_log(self):
        causes = ["suppressions-not-read", "runtime-not-first", "suppressions-not-parsed"]
        for number, key in enumerate(causes):
            line = EXAMPLES["matching"][key][0]
            self.tree.blocks.append(block(f"T.{number}", line + "\n", "Test Failed."))
        tests = [r.test for r in self.decide(8).reasons]
        self.assertEqual(tests, ["T.0", "T.1", "T.2"])

    def test_one_place_below_at_and_above_the_limit(self):
        for failing, kept, dropped in ((PLACES_MAX - 1, PLACES_MAX - 1, 0),
                                       (PLACES_MAX, PLACES_MAX, 0),
                                       (PLACES_MAX + 1, PLACES_MAX, 1)):
            with self.subTest(failing):
                self.tree.blocks = [block("tripwire.asan")]
                self.tree.blocks += [block(f"T.{i}", result="Test Failed.") for i in range(failing)]
                verdict = self.decide(8)
                self.assertEqual(len(verdict.reasons), kept)
                self.assertEqual(verdict.reasons_dropped["findings"], dropped)

    def test_one_cause_below_at_and_above_the_limit(self):
        for causes, dropped in ((CAUSES_MAX - 1, 0), (CAUSES_MAX, 0), (CAUSES_MAX + 1, 1)):
            with self.subTest(causes):
                reasons = Reasons()
                for number in range(causes):
                    reasons.add(Reason("findings", f"cause {number}"))
                self.assertEqual(len(reasons.kept), causes - dropped)
                self.assertEqual(reasons.dropped["findings"], dropped)

    def test_a_cause_in_every_test_does_not_hide_the_tripwire(self):
        line = EXAMPLES["matching"]["suppressions-not-parsed"][0] + "\n"
        self.tree.blocks = [block(f"T.{i}", line, "Test Failed.") for i in range(5 * PLACES_MAX)]
        self.tree.blocks.append(block("tripwire.asan", line, "Test Failed."))
        self.expect(self.decide(8), "did_not_run", "tripwire.asan failed")


if __name__ == "__main__":
    unittest.main()
