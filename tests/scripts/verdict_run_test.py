"""Whether a run happened: what has to be there, and what ctest says of each test."""

import os
import unittest

from ctest_tree import block
from verdict_case import VerdictCase

from redzone_scripts.ctest_log import read_summary


class WhatShowsThatARunHappened(VerdictCase):
    def test_a_run_with_everything_in_place_is_clean(self):
        verdict = self.decide(listed=["tripwire.asan", "Reader.Reads"], preset="asan")
        self.expect(verdict, "clean")
        self.assertEqual(verdict.tests, {"passed": 2, "failed": 0, "skipped": 0, "disabled": 0,
                                         "not_run": 0, "listed": 2, "not_instrumented": 1})
        self.assertEqual(verdict.compiler, "GNU 12.2.0")
        self.assertEqual(verdict.not_instrumented, ("scripts.setup",))

    def test_a_tree_without_description_did_not_run(self):
        self.tree.description = None
        self.expect(self.decide(), "did_not_run", "redzone-build.json is missing")

    def test_a_description_that_is_no_json_did_not_run(self):
        self.tree.write()
        self.tree.description = None
        (self.tree.folder / "redzone-build.json").write_text("{")
        self.expect(self.decide(), "did_not_run", "redzone-build.json cannot be read")

    def test_an_incomplete_description_did_not_run(self):
        for key, bad in (("preset", None), ("compiler", ""), ("detectors", "asan"),
                         ("not_instrumented", [1])):
            with self.subTest(key):
                complete = dict(self.tree.description)
                self.tree.description[key] = bad
                self.expect(self.decide(), "did_not_run", key)
                self.tree.description = complete

    def test_a_tree_of_another_preset_did_not_run(self):
        self.expect(self.decide(preset="tsan"), "did_not_run",
                    "of the preset 'asan', not 'tsan'")

    def test_a_preset_without_detectors_did_not_run(self):
        self.tree.description["detectors"] = []
        self.expect(self.decide(), "did_not_run", "has no detector")

    def test_a_detector_without_tripwire_did_not_run(self):
        self.tree.description["detectors"] = ["asan", "lsan"]
        verdict = self.decide()
        self.expect(verdict, "did_not_run", "tripwire.lsan did not run")
        self.assertIn("register the test tripwire.lsan", verdict.reasons[0].next_step)

    def test_a_tripwire_that_was_left_out_of_the_run_is_not_to_be_registered(self):
        self.tree.blocks = [block("Reader.Reads", index=2, total=2)]
        for listed in (None, ["tripwire.asan", "Reader.Reads"]):
            with self.subTest(listed):
                verdict = self.decide(listed=listed)
                self.expect(verdict, "did_not_run", "1 of 2 ", "tripwire.asan did not run")
                self.assertEqual({r.next_step for r in verdict.reasons},
                                 {"run all tests again, without -R, -L, -E and the like"})

    def test_a_failed_tripwire_is_named_with_its_first_line(self):
        self.tree.blocks[0] = block("tripwire.asan", "\n[==========] Running\nno report came\nx\n",
                                    "Test Failed.")
        verdict = self.decide(8)
        self.expect(verdict, "did_not_run", "tripwire.asan failed: no report came")
        self.assertEqual([r.verdict for r in verdict.reasons], ["did_not_run"])

    def test_a_skipped_or_disabled_tripwire_did_not_run(self):
        for state, word in (("Skipped", "skipped"), ("Disabled", "disabled"),
                            ("Not Run", "not run")):
            with self.subTest(state):
                output = self.tree.write_output([("tripwire.asan", state)])
                self.expect(self.decide(ctest_output=output), "did_not_run",
                            f"tripwire.asan was not run to its end ({word})")

    def test_a_tripwire_skipped_by_its_output_did_not_run(self):
        self.tree.blocks[0] = block("tripwire.asan", result="Test Pass Reason:\n"
                                    "Skip regular expression found in output. Regex=[SKIPPED]")
        self.expect(self.decide(), "did_not_run", "(skipped)")

    def test_a_disabled_tripwire_did_not_run_even_without_ctests_output(self):
        self.tree.blocks[0] = block("tripwire.asan", "", command='""')
        self.expect(self.decide(), "did_not_run", "(not run)")

    def test_no_log_did_not_run(self):
        self.tree.blocks = None
        self.expect(self.decide(), "did_not_run", "ctest left no log")

    def test_an_empty_log_did_not_run(self):
        self.tree.write()
        self.tree.log.write_text("")
        self.tree.blocks = None
        self.expect(self.decide(), "did_not_run", "no closing line", "no test ran")

    def test_a_log_without_tests_did_not_run(self):
        self.tree.blocks = []
        self.expect(self.decide(listed=[]), "did_not_run", "no test ran")

    def test_a_log_without_closing_line_did_not_run(self):
        self.tree.closing = ""
        self.expect(self.decide(), "did_not_run", "no closing line")

    def test_a_log_that_ends_inside_a_test_did_not_run(self):
        self.tree.blocks[1] = block("Reader.Reads").split("<end of output>")[0]
        self.tree.closing = ""
        verdict = self.decide(listed=["tripwire.asan", "Reader.Reads"])
        self.expect(verdict, "did_not_run", "ends in the middle", "1 of 2 listed", "Reader.Reads")

    def test_a_log_of_an_earlier_run_did_not_run(self):
        self.tree.write()
        os.utime(self.tree.log, (1_000, 1_000))
        self.tree.blocks = None
        self.expect(self.decide(started_at=1_000.5), "did_not_run", "older than this run")

    def test_a_log_written_within_the_clock_tick_of_the_start_counts(self):
        self.tree.write()
        os.utime(self.tree.log, (1_000.495, 1_000.495))
        self.tree.blocks = None
        self.expect(self.decide(started_at=1_000.5), "clean")

    def test_a_listed_test_that_is_not_in_the_log_did_not_run(self):
        self.expect(self.decide(listed=["tripwire.asan", "Reader.Reads", "Reader.Seeks"]),
                    "did_not_run", "1 of 3 listed tests are not in the log", "Reader.Seeks")

    def test_without_a_list_the_logs_own_total_counts(self):
        self.tree.blocks[1] = block("Reader.Reads", total=3)
        self.expect(self.decide(), "did_not_run", "1 of 3 tests are not in the log")

    def test_ctests_output_without_summary_did_not_run(self):
        output = self.tree.folder / "output.txt"
        output.write_text("Test project /build\n")
        self.expect(self.decide(ctest_output=output), "did_not_run",
                    "before it printed its summary")

    def test_a_status_without_a_failed_test_did_not_run(self):
        self.expect(self.decide(8), "did_not_run", "status 8 although no test failed")

    def test_a_ctest_that_was_killed_did_not_run(self):
        for status in (-9, 137):
            with self.subTest(status):
                self.expect(self.decide(status), "did_not_run", "ended by signal 9")

    def test_a_ctest_that_ran_into_the_time_limit_did_not_run(self):
        self.expect(self.decide(-15, timed_out=True), "did_not_run", "time limit")

    def test_a_program_that_ended_before_googletest_did_not_run(self):
        begins = "[==========] Running 3 tests from 2 test suites.\n[ RUN      ] Reader.Reads\n"
        ends = "[==========] 3 tests from 2 test suites ran. (0 ms total)\n[  PASSED  ] 3 tests.\n"
        self.tree.blocks[1] = block("Reader", begins)
        self.expect(self.decide(), "did_not_run", "before GoogleTest did", "Reader")
        self.tree.blocks[1] = block("Reader", begins + ends)
        self.expect(self.decide(), "clean")
        self.tree.blocks[1] = block("Reader", begins, "Test Failed.")
        self.expect(self.decide(8), "findings", "a test failed Reader")

    def test_a_program_that_ran_none_of_its_tests_did_not_run(self):
        self.tree.blocks[1] = block(
            "Reader", "Note: Google Test filter = -*\n[==========] Running 0 tests from 0 test "
            "suites.\n[==========] 0 tests from 0 test suites ran. (0 ms total)\n")
        self.expect(self.decide(), "did_not_run", "ran none of its tests")

    def test_a_run_of_the_instruments_own_tests_alone_did_not_run(self):
        self.tree.blocks[1] = block("canary.leak.asan")
        self.expect(self.decide(), "did_not_run", "no test of the project")


class WhatCtestSaysOfTests(VerdictCase):
    def test_a_time_out_a_kill_and_a_test_not_run_did_not_run(self):
        for state, cause in (("Timeout", "time limit"), ("Subprocess killed", "was killed from"),
                             ("Not Run", "could not run a test"),
                             ("BAD_COMMAND", "could not start")):
            with self.subTest(state):
                self.tree.blocks[1] = block("Reader.Reads", result="Test Failed.")
                output = self.tree.write_output([("Reader.Reads", state)])
                verdict = self.decide(8, ctest_output=output)
                self.expect(verdict, "did_not_run", cause)
                self.assertEqual([r.verdict for r in verdict.reasons], ["did_not_run"])

    def test_a_crash_is_a_finding(self):
        self.tree.blocks[1] = block("Reader.Reads", result="Test Failed.")
        output = self.tree.write_output([("Reader.Reads", "SEGFAULT")])
        self.expect(self.decide(8, ctest_output=output), "findings", "a test failed Reader.Reads")

    def test_skipped_and_disabled_tests_are_counted_and_harmless(self):
        self.tree.blocks += [block("Reader.Skips"), block("Reader.Rests", "", command='""')]
        output = self.tree.write_output([("Reader.Skips", "Skipped"), ("Reader.Rests", "Disabled")])
        verdict = self.decide(0, ctest_output=output)
        self.expect(verdict, "clean")
        self.assertEqual((verdict.tests["skipped"], verdict.tests["disabled"]), (1, 1))

    def test_only_the_last_summary_counts(self):
        output = self.tree.write_output([("Reader.Reads", "Timeout")])
        output.write_text(output.read_text() + "100% tests passed, 0 tests failed out of 2\n")
        self.expect(self.decide(0, ctest_output=output), "clean")

    def test_the_summary_counts_every_test_once(self):
        output = self.tree.write_output([("A (1, 2)", "Failed"), ("B", "Skipped"),
                                         ("C", "Disabled"), ("D", "Not Run")], total=10)
        self.assertEqual(read_summary(output).counts(), {
            "passed": 7, "failed": 1, "skipped": 1, "disabled": 1, "not run": 1})
        self.assertIn("A (1, 2)", read_summary(output).states)


if __name__ == "__main__":
    unittest.main()
