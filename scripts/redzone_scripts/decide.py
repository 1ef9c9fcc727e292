"""Decides what a run was: clean, findings, or did not run.

A run is clean only when everything that shows it happened is there: the tree says which detectors
it has, each detector's tripwire test passed, ctest's log is of this run, has its closing line and
holds every test that was listed, and neither log nor exit status says otherwise. Whatever is
missing makes the verdict did_not_run, which wins over findings.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Optional

from .build_description import BuildDescription, DescriptionError, read_build_description
from .compiled_flags import FlagsError, wrong_flags
from .ctest_log import (DISABLED, FAILED, NOT_RUN, PASSED, SKIPPED, LastTestLog, LogError, Summary,
                        outcome_of_state, read_summary)
from .instrumented_tests import not_instrumented
from .log_patterns import (CLEAN, CTEST, DID_NOT_RUN, FINDINGS, LOG, PLACES_MAX, SUMMARY, Reason,
                           Reasons, Scanner, load_patterns)
from .text_lines import quote, read_lines
from .valgrind_xml import read_valgrind_xml

EXIT_STATUS = {CLEAN: 0, FINDINGS: 1, DID_NOT_RUN: 3}
# A file's time may lag behind the clock by one tick of the kernel, at most 10 ms.
CLOCK_TICK_S = 0.01
# Tests that prove the instruments and nothing about the project.
INSTRUMENTS = ("tripwire.", "canary.", "suppression.")
_RUN_ALL = "run all tests again, without -R, -L, -E and the like"


@dataclass
class Run:
    """What is known about a run of ctest. None is unknown; only the first two are required."""

    build_dir: Path
    ctest_status: int
    preset: Optional[str] = None
    listed: Optional[list] = None  # of ListedTest
    started_at: Optional[float] = None
    ctest_output: Optional[Path] = None
    timed_out: bool = False
    valgrind_xml: tuple = ()


@dataclass
class Verdict:
    verdict: str
    preset: Optional[str] = None
    compiler: Optional[str] = None
    detectors: tuple = ()
    not_instrumented: tuple = ()
    tests: dict = field(default_factory=dict)
    reasons: list = field(default_factory=list)
    reasons_dropped: dict = field(default_factory=dict)

    def document(self) -> dict:
        return {"schema": "redzone/verdict/1", **asdict(self)}


class _Decision:
    def __init__(self, run: Run):
        self.run = run
        self.patterns = load_patterns()
        self.reasons = Reasons()
        self.description: Optional[BuildDescription] = None
        self.log = LastTestLog(run.build_dir / "Testing" / "Temporary" / "LastTest.log")
        self.summary = Summary()
        self.explained: set = set()  # tests whose failure a pattern names
        self.not_instrumented: tuple = ()

    def did_not_run(self, cause: str, next_step: str = "", detail: str = "",
                    test: Optional[str] = None) -> None:
        self.reasons.add(Reason(DID_NOT_RUN, cause, next_step, detail, test))

    def read_description(self) -> None:
        configure = "configure the preset again; cmake/RedzoneTesting.cmake writes the file"
        try:
            self.description = read_build_description(self.run.build_dir)
        except DescriptionError as error:
            self.did_not_run(f"the build tree does not say what it is: {error}", configure)
            return
        if self.run.preset not in (None, self.description.preset):
            self.did_not_run(f"the build tree is of the preset '{self.description.preset}', "
                             f"not '{self.run.preset}'", configure)
        if not self.description.detectors:
            self.did_not_run(f"the preset '{self.description.preset}' has no detector, so a clean "
                             "run would prove nothing",
                             "set REDZONE_DETECTORS in its configure preset")

    def check_flags(self) -> None:
        """One target or file that lost its flag is as unchecked as a preset that did."""
        if self.description is None:
            return
        try:
            wrong = wrong_flags(self.run.build_dir, self.description.detectors,
                                self.description.no_detector)
        except FlagsError as error:
            self.did_not_run(f"nothing shows how the files were compiled: {error}",
                             "set CMAKE_EXPORT_COMPILE_COMMANDS in the configure preset, and "
                             "configure it again")
            return
        for one in wrong:
            if one.missing:
                self.did_not_run(
                    f"{len(one.files)} files are compiled without -fsanitize={one.flag}, so "
                    f"{one.detector} does not look into them",
                    "look for -fno-sanitize and for what replaces CMAKE_CXX_FLAGS or CMAKE_C_FLAGS "
                    "in the target that the file belongs to", _some(list(one.files)))
            else:
                self.did_not_run(
                    f"{len(one.files)} files are compiled with -fsanitize={one.flag}, which "
                    "Valgrind cannot run", "take the flag out of this preset",
                    _some(list(one.files)))

    def check_instrumented(self) -> None:
        description, listed = self.description, self.run.listed
        if description is None:
            return
        found = () if listed is None else not_instrumented(listed, description.detectors,
                                                           INSTRUMENTS)
        self.not_instrumented = tuple(dict.fromkeys(description.not_instrumented + found))
        own = [test.name for test in listed or () if not test.name.startswith(INSTRUMENTS)]
        if own and len(found) == len(own):
            self.did_not_run("no test runs a program that a detector looks into",
                             "check how the tests are registered: the first word of a test's "
                             "command has to be the program built by the preset", _some(own))

    def read_log(self) -> bool:
        path, started_at = self.log.path, self.run.started_at
        again = "run the tests again; if it stays, look for what kills ctest"
        if not path.is_file():
            self.did_not_run(f"ctest left no log at {path}", again)
            return False
        if started_at is not None and path.stat().st_mtime < started_at - CLOCK_TICK_S:
            self.did_not_run(f"{path} is older than this run", again)
            return False
        scanner = Scanner(self.patterns, LOG, str(path), self.reasons)
        try:
            for number, text, test in self.log.lines():
                if not self.log.quotes_expression:
                    scanner.line(number, text, test.name if test else None)
                if test and test.ended and scanner.end_of_test(test.outcome == FAILED):
                    self.explained.add(test.name)
        except (OSError, LogError) as error:
            self.did_not_run(f"ctest's log cannot be read: {error}", again)
        scanner.end_of_test(failed=True)
        if self.log.open_record is not None:
            self.did_not_run("ctest's log ends in the middle of a test", again,
                             test=self.log.open_record.name)
        elif not self.log.closed:
            self.did_not_run("ctest's log has no closing line", again)
        return True

    def read_ctest_output(self) -> None:
        path = self.run.ctest_output
        if path is None:
            return
        scanner = Scanner(self.patterns, CTEST, str(path), self.reasons)
        try:
            for number, text in read_lines(path):
                scanner.line(number, text, None)
            scanner.end_of_test(failed=True)
            self.summary = read_summary(path)
        except OSError as error:
            self.did_not_run(f"what ctest printed cannot be read: {error}")
            return
        if not self.summary.found and self.log.records:
            self.did_not_run("ctest was ended before it printed its summary",
                             "run the tests again; if it stays, look for what kills ctest")
        states = Scanner(self.patterns, SUMMARY, str(path), self.reasons)
        for name, (state, number, _) in self.summary.states.items():
            if name in self.log.records:
                self.log.records[name].outcome = outcome_of_state(state)
            if name not in self.tripwires() and states.line(number, state, name) is not None:
                self.explained.add(name)
            states.end_of_test(failed=True)

    def tripwires(self) -> list:
        detectors = self.description.detectors if self.description else ()
        return [f"tripwire.{detector}" for detector in detectors]

    def unmask_failures(self) -> None:
        """ctest takes a test that prints GoogleTest's word for skipped as skipped, whatever its
        exit status is."""
        for record in self.log.records.values():
            if record.outcome == SKIPPED and record.gtest_failed:
                record.outcome = FAILED

    def check_count(self) -> None:
        ran, listed = self.log.records, self.run.listed
        if not ran:
            self.did_not_run("no test ran", "check that the tests are built and registered "
                             "(ctest --preset PRESET -N)")
            return
        if listed is not None:
            missing = [test.name for test in listed if test.name not in ran]
            if missing:
                self.did_not_run(f"{len(missing)} of {len(listed)} listed tests are not in the log",
                                 _RUN_ALL, _some(missing))
        elif self.log.announced > len(ran):
            self.did_not_run(f"{self.log.announced - len(ran)} of {self.log.announced} tests are "
                             "not in the log", _RUN_ALL)

    def check_tripwires(self) -> None:
        for name in self.tripwires():
            detector = name.split(".", 1)[1]
            record = self.log.records.get(name)
            mend = (f"a tripwire plants a defect that {detector} must report: check the flags of "
                    "the preset, its options and its suppression file")
            if record is None:
                self.did_not_run(f"{name} did not run, so nothing shows that {detector} works",
                                 self._step_for_missing(name))
            elif record.outcome == FAILED:
                self.did_not_run(f"{name} failed: {record.message or 'without a word'}", mend,
                                 record.likely_cause, name)
            elif record.outcome != PASSED:
                self.did_not_run(f"{name} was not run to its end ({record.outcome}), so nothing "
                                 f"shows that {detector} works", mend, test=name)

    def _step_for_missing(self, name: str) -> str:
        """A test is missing because only some were run, or because there is no such test."""
        listed = self.run.listed
        left_out = (self.log.announced > len(self.log.records) if listed is None
                    else any(test.name == name for test in listed))
        return _RUN_ALL if left_out else f"register the test {name} in this preset"

    def check_programs(self) -> None:
        """A test program whose exit status is 0 may still have run nothing, or not to its end."""
        for record in self.log.records.values():
            if record.outcome not in (PASSED, SKIPPED):
                continue
            if record.gtest_empty:
                self.did_not_run("a test program ran none of its tests",
                                 "unset GTEST_FILTER, TESTBRIDGE_TEST_ONLY and GTEST_TOTAL_SHARDS, "
                                 "and build again", test=record.name)
            elif record.gtest_unfinished:
                self.did_not_run("a test program ended with status 0 before GoogleTest did, so its "
                                 "tests were not seen to their end",
                                 "look for exit() or _exit() in the test that the log names last",
                                 test=record.name)

    def check_own_tests(self) -> None:
        ran = [record.name for record in self.log.records.values()
               if record.outcome not in (SKIPPED, DISABLED)]
        if ran and all(name.startswith(INSTRUMENTS) for name in ran):
            self.did_not_run("only tripwires, canaries and pairs of suppressions ran, and no test "
                             "of the project", "check that the tests are built and registered "
                             "(ctest --preset PRESET -N)")

    def check_failed_tests(self) -> None:
        tripwires = self.tripwires()
        for record in self.log.records.values():
            if record.outcome != FAILED or record.name in tripwires:
                continue
            if record.name not in self.explained:
                self.reasons.add(Reason(FINDINGS, "a test failed", "read its output in the log",
                                        record.message, record.name,
                                        str(self.log.path)))

    def read_valgrind_documents(self) -> None:
        for path in self.run.valgrind_xml:
            try:
                document = read_valgrind_xml(path)
            except OSError as error:
                self.did_not_run(f"a document of Valgrind's cannot be read: {error}",
                                 "look for what removed it, or for the name in --xml-file")
                continue
            if document.problem:
                self.reasons.add(Reason(DID_NOT_RUN, "a document of Valgrind's "
                                        f"{document.problem}", document.next_step, log=str(path)))
            for error in document.errors:
                words = " ".join(word for word in (error.kind, error.what, error.where) if word)
                self.reasons.add(Reason(FINDINGS, "Valgrind reported", "read the error in the "
                                        "document", words, log=str(path)))
            self.reasons.dropped[FINDINGS] += document.error_count - len(document.errors)
            if document.fatal_signal:
                self.reasons.add(Reason(FINDINGS, "a signal ended a program under Valgrind",
                                        "run the test alone", document.fatal_signal,
                                        log=str(path)))

    def check_status(self) -> None:
        status = self.run.ctest_status
        if self.run.timed_out:
            self.did_not_run("ctest ran into the time limit and was ended",
                             "raise --time-limit only when the tests make progress")
        elif status < 0 or status >= 128:
            number = -status if status < 0 else status - 128
            self.did_not_run(f"ctest was ended by signal {number}", "run the tests again")
        elif status != 0 and not self.counts()[FAILED] and not self.counts()[NOT_RUN]:
            self.did_not_run(f"ctest ended with status {status} although no test failed",
                             "read what ctest printed")

    def counts(self) -> dict:
        counts = dict.fromkeys((PASSED, FAILED, SKIPPED, DISABLED, NOT_RUN), 0)
        for record in self.log.records.values():
            counts[record.outcome or NOT_RUN] += 1
        return counts

    def verdict(self) -> Verdict:
        self.read_description()
        self.check_flags()
        self.check_instrumented()
        if self.read_log():
            self.read_ctest_output()
            self.unmask_failures()
            self.check_count()
            self.check_tripwires()
            self.check_programs()
            self.check_own_tests()
            self.check_failed_tests()
        self.read_valgrind_documents()
        self.check_status()
        tests = {outcome.replace(" ", "_"): count for outcome, count in self.counts().items()}
        tests["listed"] = None if self.run.listed is None else len(self.run.listed)
        tests["not_instrumented"] = len(self.not_instrumented)
        result = _verdict(self.reasons, self.run.preset, self.description, tests)
        result.not_instrumented = self.not_instrumented
        return result


def decide(run: Run) -> Verdict:
    """The verdict of a run of ctest."""
    return _Decision(run).verdict()


def decide_unfinished(preset: str, step: str, cause: str, log: Optional[Path] = None) -> Verdict:
    """The verdict of a run that ended before its tests, in the step `step`."""
    reasons = Reasons()
    detail, next_step = "", "run it again"
    if log is not None and log.is_file():
        detail, next_step = _first_error(log)
        scanner = Scanner(load_patterns(), LOG, str(log), reasons)
        for number, text in read_lines(log):
            scanner.line(number, text, None)
        scanner.end_of_test(failed=True)
    first = Reason(DID_NOT_RUN, f"{step}: {cause}", next_step, detail, None,
                   str(log) if log else None)
    reasons.kept = [first] + reasons.of(DID_NOT_RUN)
    return _verdict(reasons, preset, None, {})


_ERROR_LINE = re.compile(r"^CMake Error|\berror: |undefined reference")


def _first_error(log: Path) -> tuple:
    """The first error in the log of a configure or build step, and the next step that it names."""
    detail, next_step = "", f"read {log}"
    says_where_only = False
    for _, text in read_lines(log):
        if says_where_only and text.strip():
            detail, says_where_only = f"{detail} {text.strip()}", False
        elif not detail and _ERROR_LINE.search(text):
            detail, says_where_only = text, text.startswith("CMake Error")
        if text.strip().startswith("Next step: "):
            next_step = quote(text.strip()[len("Next step: "):])
    return quote(detail), next_step


def _some(names: list) -> str:
    more = len(names) - PLACES_MAX
    return ", ".join(names[:PLACES_MAX]) + (f" and {more} more" if more > 0 else "")


def _verdict(reasons: Reasons, preset: Optional[str], description: Optional[BuildDescription],
             tests: dict) -> Verdict:
    kept = reasons.of(DID_NOT_RUN) + reasons.of(FINDINGS)
    result = Verdict(reasons.verdict(), preset, reasons=kept, reasons_dropped=reasons.dropped,
                     tests=tests)
    if description is not None:
        result.preset = preset or description.preset
        result.compiler = description.compiler
        result.detectors = description.detectors
    return result
