"""The verdict of a run, by what ctest and the detectors left behind."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
sys.path.insert(0, str(SCRIPTS))

from ctest_tree import Tree, block  # noqa: E402
from redzone_scripts.ctest_log import read_summary, read_test_list, LogError  # noqa: E402
from redzone_scripts.decide import Run, decide, decide_unfinished  # noqa: E402
from redzone_scripts.log_patterns import (CAUSES_MAX, CTEST, LOG, PLACES_MAX,  # noqa: E402
                                          PatternError, Reason, Reasons, load_patterns)
from redzone_scripts.text_lines import PIECE_BYTES_MAX  # noqa: E402

EXAMPLES = json.loads((Path(__file__).parent / "pattern_examples.json").read_text())


class VerdictCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = Tree(Path(folder.name))

    def decide(self, status=0, **known):
        return decide(Run(self.tree.write(), status, **known))

    # Messages say what differs and never quote the logs: their lines would be taken for reports.
    def expect(self, verdict, kind, *words):
        self.assertEqual(verdict.verdict, kind, f"reasons: {len(verdict.reasons)}")
        text = " | ".join(f"{r.verdict} {r.cause} {r.test} {r.detail}" for r in verdict.reasons)
        for word in words:
            self.assertTrue(word in text, f"no reason names {word!r}")


class WhatShowsThatARunHappened(VerdictCase):
    def test_a_run_with_everything_in_place_is_clean(self):
        verdict = self.decide(listed=["tripwire.asan", "Reader.Reads"], preset="asan")
        self.expect(verdict, "clean")
        self.assertEqual(verdict.tests, {"passed": 2, "failed": 0, "skipped": 0, "disabled": 0,
                                         "not_run": 0, "listed": 2})
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
        self.expect(self.decide(), "did_not_run", "tripwire.lsan did not run")

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


class Patterns(VerdictCase):
    def test_every_pattern_has_an_example_and_every_example_a_pattern(self):
        self.assertEqual({p.id for p in load_patterns()}, set(EXAMPLES["matching"]))

    def test_every_example_is_decided_by_its_own_pattern_alone(self):
        for pattern in load_patterns():
            for number, line in enumerate(EXAMPLES["matching"][pattern.id]):
                with self.subTest(pattern.id, number=number):
                    self.tree.blocks[1] = block("Reader.Reads", "fine\n", "Test Failed.")
                    output = None
                    if pattern.where == LOG:
                        self.tree.blocks[1] = block("Reader.Reads", line + "\n", "Test Failed.")
                    elif pattern.where == CTEST:
                        output = self.tree.write_output()
                        output.write_text(f"{line}\n{output.read_text()}")
                    else:
                        output = self.tree.write_output([("Reader.Reads", line)])
                    verdict = self.decide(8, ctest_output=output)
                    self.expect(verdict, pattern.verdict, pattern.cause)
                    if pattern.where != CTEST:
                        self.assertEqual(len(verdict.reasons), 1)

    def test_harmless_lines_match_no_pattern(self):
        for number, line in enumerate(EXAMPLES["harmless"]):
            with self.subTest(number=number):
                self.assertFalse([p.id for p in load_patterns()
                                  if p.where != "summary" and p.matches(line)])

    def test_a_deadly_signal_that_was_reported_is_a_finding(self):
        signal = EXAMPLES["matching"]["deadly-signal-without-report"][0]
        report = EXAMPLES["matching"]["sanitizer-report"][1]
        self.tree.blocks[1] = block("Reader.Reads", f"{signal}\n{report}\n", "Test Failed.")
        verdict = self.decide(8)
        self.expect(verdict, "findings", "a sanitizer reported")
        self.assertEqual(len(verdict.reasons), 1)

    def test_every_cause_has_a_next_step(self):
        for pattern in load_patterns():
            self.assertTrue(pattern.cause and pattern.next_step, pattern.id)

    def test_wrong_data_is_refused(self):
        good = {"id": "a", "verdict": "findings", "text": "x", "cause": "c", "next_step": "n"}
        for wrong in ([], [good, good], [{**good, "verdict": "clean"}], [{**good, "where": "moon"}],
                      [{**good, "unless": ["b"]}], [{**good, "regex": "("}],
                      [{**good, "colour": "red"}], [{"id": "a"}]):
            with self.subTest(wrong=wrong), self.assertRaises(PatternError):
                path = self.tree.folder / "verdict.json"
                path.write_text(json.dumps({"patterns": wrong}))
                load_patterns(path)


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
