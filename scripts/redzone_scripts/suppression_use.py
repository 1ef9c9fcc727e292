"""How often suppressions were used, from what the detectors printed into logs of ctest.

A detector lists only what was used, for one process. So that a silence means unused, the log must
show that the detector looked at the whole suite: that its tripwire ran and that ctest came to its
end. What cannot be known is None, never 0."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from .ctest_log import LastTestLog
from .suppression_file import Entry

PAIR_TESTS = "suppression."  # they use their entry on purpose, which says nothing about the suite
TESTS_NAMED_MAX = 5

_LSAN_HEAD = "Suppressions used:"
_LSAN = re.compile(r"\s+(\d+)\s+\d+ (.+)")
_TSAN_HEAD = re.compile(r"ThreadSanitizer: Matched \d+ suppressions")
_TSAN = re.compile(r"(\d+) (\w+:.*)")
_MEMCHECK = re.compile(r"--\d+-- used_suppression:\s+([\d,]+) (\S+) ")
_MEMCHECK_HIDDEN = re.compile(r"==\d+== ERROR SUMMARY: .*\(suppressed: [1-9]")
_CANNOT_SAY = {"asan": "AddressSanitizer does not say which entries it used",
               "ubsan": "UndefinedBehaviorSanitizer does not say which entries it used"}


@dataclass
class Use:
    count: Optional[int]  # None: it cannot be known
    tests: list = field(default_factory=list)
    why_unknown: str = ""


@dataclass
class UseInLogs:
    logs: list = field(default_factory=list)
    tests: int = 0
    _seen: dict = field(default_factory=dict)  # (detector, what it says) -> [count, {tests}]
    _looked: set = field(default_factory=set)  # detectors whose whole suite is in a log
    _hidden: bool = False  # memcheck suppressed something without saying by which entry

    def read(self, path: Path) -> None:
        log = LastTestLog(path)
        listing = ""
        counted_in = hidden_in = None
        for _, text, record in log.lines():
            test = record.name if record else ""
            if test.startswith(PAIR_TESTS):
                continue
            listing = self._line(text, listing, test)
            if _MEMCHECK.match(text):
                counted_in = test
            elif _MEMCHECK_HIDDEN.match(text):
                hidden_in = test
            if record and record.ended and hidden_in == test:
                self._hidden = self._hidden or counted_in != test
        self.logs.append(str(path))
        self.tests += sum(not name.startswith(PAIR_TESTS) for name in log.records)
        if log.closed:
            self._looked |= {name.partition(".")[2] for name in log.records
                             if name.startswith("tripwire.")}

    def _line(self, text: str, listing: str, test: str) -> str:
        """Counts what a line lists; returns whose list the next line belongs to."""
        if text == _LSAN_HEAD:
            return "lsan"
        if _TSAN_HEAD.match(text):
            return "tsan"
        memcheck = _MEMCHECK.match(text)
        if memcheck:
            self._count("memcheck", memcheck.group(2), memcheck.group(1), test)
        pattern = {"lsan": _LSAN, "tsan": _TSAN}.get(listing)
        match = pattern.fullmatch(text) if pattern else None
        if match:
            self._count(listing, match.group(2), match.group(1), test)
        heading = listing == "lsan" and text.split() == ["count", "bytes", "template"]
        return listing if match or heading else ""

    def _count(self, detector: str, says: str, count: str, test: str) -> None:
        seen = self._seen.setdefault((detector, says), [0, set()])
        seen[0] += int(count.replace(",", ""))
        if test:
            seen[1].add(test)

    def of(self, entry: Entry) -> Use:
        if entry.detector in _CANNOT_SAY:
            return Use(None, why_unknown=_CANNOT_SAY[entry.detector])
        count, tests = self._seen.get((entry.detector, entry.says), (0, set()))
        if count:
            return Use(count, sorted(tests))
        if entry.detector not in self._looked:
            return Use(None, why_unknown=f"no log holds a complete run under {entry.detector}")
        if entry.detector == "memcheck" and self._hidden:
            return Use(None, why_unknown="memcheck used entries without naming them: run it with "
                                         "-s in VALGRIND_OPTS or in a .valgrindrc")
        return Use(0)
