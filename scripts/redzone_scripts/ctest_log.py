"""Reads what ctest leaves behind: its log, its closing summary and its list of tests."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator, Optional

from .text_lines import quote, read_lines

# One record a test is held in memory; far above any suite, far below what would hurt.
TESTS_MAX = 200_000

PASSED = "passed"
FAILED = "failed"
SKIPPED = "skipped"
DISABLED = "disabled"
NOT_RUN = "not run"

_HEADER = re.compile(r"^\d+/(\d+) Testing: (.*)$")
_CLOSING = "End testing: "
_QUOTED_EXPRESSION = "Error regular expression found in output. Regex=["
_END_OF_OUTPUT = "<end of output>"
# The parts of a test's block.
_HEAD, _OUTPUT, _FOOT = "head", "output", "foot"
# What GoogleTest and valgrind print before a program says anything of its own.
_PREAMBLE = re.compile(
    r"^\s*$|^Running main\(\)|^Note: Google Test filter|^\[[-= ]|^-{5,}$|^={5,}$"
    r"|^==\d+== (Memcheck, |Copyright |Using Valgrind|Command: |$)")
# Where run_canary.py says why a canary was not caught.
_LIKELY_CAUSE = "likely cause: "
# GoogleTest's first and last line about itself; with colours there is an escape in between.
_GTEST_BEGINS = re.compile(r"\[==========\] (?:\033\[m)?Running (\d+) tests? from ")
_GTEST_FAILED = re.compile(r"\[  FAILED  \] ")
_GTEST_ENDS = re.compile(
    r"\[==========\] (?:\033\[m)?\d+ tests? from \d+ test (?:suite|case)s? ran\.")


class LogError(Exception):
    """A file of ctest's that cannot be what it should be."""


@dataclass
class TestRecord:
    """One test of LastTest.log. `outcome` is None until its closing lines have been read."""

    name: str
    outcome: Optional[str] = None
    message: str = ""
    likely_cause: str = ""
    ended: bool = False
    # GoogleTest began and did not come to its end: exit status 0 says nothing about its tests.
    gtest_unfinished: bool = False
    gtest_empty: bool = False
    gtest_failed: bool = False


@dataclass
class LastTestLog:
    """Testing/Temporary/LastTest.log, read once.

    ctest writes "Test Passed." for tests that it never started (no executable, disabled, a fixture
    that failed) and for tests that skipped themselves by exit status. The former have an empty
    command here and count as not run; the latter only ctest's summary can tell apart.
    """

    path: Path
    records: dict = field(default_factory=dict)
    announced: int = 0
    closed: bool = False
    open_record: Optional[TestRecord] = None
    # The line just read is ctest's reason, which quotes the expression that found a report.
    quotes_expression: bool = False
    _part: str = _HEAD
    _reason_follows: bool = False

    def lines(self) -> Iterator[tuple[int, str, Optional[TestRecord]]]:
        """Yields (number, text, test) of each line; a test's last line comes with `ended` set."""
        for number, text in read_lines(self.path):
            record = self.open_record
            self.quotes_expression = False
            if record is None:
                record = self._between(text)
            elif self._part == _HEAD:
                self._head(record, text)
            elif self._part == _OUTPUT:
                self._output(record, text)
            else:
                self._foot(record, text)
            yield number, text, record

    def _between(self, text: str) -> Optional[TestRecord]:
        header = _HEADER.match(text)
        if header is None:
            self.closed = self.closed or text.startswith(_CLOSING)
            return None
        if len(self.records) >= TESTS_MAX:
            raise LogError(f"{self.path} holds more than {TESTS_MAX} tests")
        self.announced = max(self.announced, int(header.group(1)))
        self.open_record = TestRecord(header.group(2))
        self._part = _HEAD
        return self.open_record

    def _head(self, record: TestRecord, text: str) -> None:
        if text == "Output:":
            self._part = _OUTPUT
        elif text == 'Command: ""':
            record.outcome = NOT_RUN

    def _output(self, record: TestRecord, text: str) -> None:
        self._gtest(record, text)
        if text.endswith(_END_OF_OUTPUT):
            self._part = _FOOT
        elif not record.message and not _PREAMBLE.match(text):
            record.message = quote(text)
        elif not record.likely_cause and text.startswith(_LIKELY_CAUSE):
            record.likely_cause = quote(text[len(_LIKELY_CAUSE):])

    def _gtest(self, record: TestRecord, text: str) -> None:
        begins = _GTEST_BEGINS.search(text)
        if begins:
            record.gtest_unfinished = True
            record.gtest_empty = begins.group(1) == "0"
        elif _GTEST_ENDS.search(text):
            record.gtest_unfinished = False
        elif _GTEST_FAILED.search(text):
            record.gtest_failed = True

    # The last outcome counts: what a test prints may itself look like the end of a test.
    def _foot(self, record: TestRecord, text: str) -> None:
        if self._reason_follows:
            self._reason_follows = False
            self.quotes_expression = text.startswith(_QUOTED_EXPRESSION)
            if text.startswith("Skip regular expression found"):
                record.outcome = SKIPPED
        elif text.startswith(f'"{record.name}" time elapsed: '):
            record.ended = True
            self.records[record.name] = record
            self.open_record = None
        elif record.outcome != NOT_RUN:
            self._outcome(record, text)

    def _outcome(self, record: TestRecord, text: str) -> None:
        if text in ("Test Passed.", "Test Pass Reason:"):
            record.outcome = PASSED
        elif text in ("Test Failed.", "Test Fail Reason:"):
            record.outcome = FAILED
        self._reason_follows = text in ("Test Pass Reason:", "Test Fail Reason:")


@dataclass
class Summary:
    """The lines with which ctest closes its output; `found` is false when it never got there."""

    found: bool = False
    # name -> (ctest's word for it, line number, line); only tests that did not simply pass
    states: dict = field(default_factory=dict)
    # ctest's own "out of": every test but the disabled ones
    total: int = 0

    def counts(self) -> dict:
        """How many tests had each outcome."""
        counts = dict.fromkeys((PASSED, FAILED, SKIPPED, DISABLED, NOT_RUN), 0)
        for state, _, _ in self.states.values():
            counts[outcome_of_state(state)] += 1
        counts[PASSED] = self.total - counts[FAILED] - counts[SKIPPED] - counts[NOT_RUN]
        return counts


_PERCENT = re.compile(r"^\d+% tests passed, \d+ tests? failed out of (\d+)\s*$")
_STATE = re.compile(r"^\s+\d+ - (.*) \(([^()]+)\)(?:\s.*)?$")
_OUTCOME_OF_STATE = {"Skipped": SKIPPED, "Disabled": DISABLED, "Not Run": NOT_RUN}


def read_summary(path: Path) -> Summary:
    """The last summary in ctest's output: an earlier one was printed by a test."""
    summary = Summary()
    for number, text in read_lines(path):
        percent = _PERCENT.match(text)
        if percent is not None:
            summary = Summary(found=True, total=int(percent.group(1)))
            continue
        state = _STATE.match(text) if summary.found else None
        if state is not None and len(summary.states) < TESTS_MAX:
            summary.states[state.group(1)] = (state.group(2), number, text)
    return summary


def outcome_of_state(state: str) -> str:
    """The outcome that ctest's word stands for: what is not known to be harmless has failed."""
    return _OUTCOME_OF_STATE.get(state, FAILED)


@dataclass(frozen=True)
class ListedTest:
    name: str
    command: tuple = ()  # empty when its program does not exist
    directory: str = ""


def read_test_list(path: Path) -> list:
    """The tests in a document of `ctest --show-only=json-v1`."""
    try:
        document = json.loads(path.read_text(encoding="utf-8", errors="replace"))
        return [_listed(test) for test in document["tests"][:TESTS_MAX]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LogError(f"{path} is no list of tests: {quote(str(error))}") from error


def _listed(test: dict) -> ListedTest:
    directory = next((str(entry["value"]) for entry in test.get("properties", [])
                      if entry["name"] == "WORKING_DIRECTORY"), "")
    return ListedTest(str(test["name"]), tuple(test.get("command", ())), directory)
