"""The patterns of scripts/verdict.json and the search for them in a log."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from .text_lines import quote

CLEAN = "clean"
FINDINGS = "findings"
DID_NOT_RUN = "did_not_run"

DATA_FILE = Path(__file__).resolve().parent.parent / "verdict.json"

# Where a pattern is looked for: the output of tests and of build steps; the whole of what ctest
# prints; or the state that ctest's closing summary gives to a test.
LOG, CTEST, SUMMARY = "log", "ctest", "summary"

# So many causes of each verdict are kept, each with so many places; a report longer than that is
# not read.
CAUSES_MAX = 20
PLACES_MAX = 20


class PatternError(Exception):
    """verdict.json is wrong; without it no run may be called clean."""


@dataclass(frozen=True)
class Pattern:
    id: str
    verdict: str
    text: str
    regex: re.Pattern
    cause: str
    next_step: str
    where: str = LOG
    unless: tuple = ()
    only_if_failed: bool = False

    def matches(self, line: str) -> bool:
        # The plain text first: it decides nearly every line, at a hundredth of the cost.
        return self.text in line and self.regex.search(line) is not None


@dataclass(frozen=True)
class Reason:
    """One cause for a verdict, with the place where it was seen."""

    verdict: str
    cause: str
    next_step: str = ""
    detail: str = ""
    test: Optional[str] = None
    log: Optional[str] = None
    line: Optional[int] = None


@dataclass
class Reasons:
    """The first CAUSES_MAX causes of each verdict in the first PLACES_MAX places each, in the
    order in which they were seen; the others are only counted."""

    kept: list = field(default_factory=list)
    dropped: dict = field(default_factory=lambda: {DID_NOT_RUN: 0, FINDINGS: 0})
    _places: dict = field(default_factory=lambda: {DID_NOT_RUN: {}, FINDINGS: {}})

    def add(self, reason: Reason) -> None:
        places = self._places[reason.verdict]
        seen = places.get(reason.cause, 0)
        if seen >= PLACES_MAX or (seen == 0 and len(places) >= CAUSES_MAX):
            self.dropped[reason.verdict] += 1
            return
        places[reason.cause] = seen + 1
        self.kept.append(reason)

    def of(self, verdict: str) -> list:
        return [reason for reason in self.kept if reason.verdict == verdict]

    def verdict(self) -> str:
        for verdict in (DID_NOT_RUN, FINDINGS):
            if self.of(verdict):
                return verdict
        return CLEAN


_KEYS = {"id", "verdict", "where", "text", "regex", "cause", "next_step", "unless",
         "only_if_failed"}


def load_patterns(path: Path = DATA_FILE) -> tuple:
    """The patterns in their order; the first that matches a line decides what the line is."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["patterns"]
        patterns = tuple(_pattern(entry) for entry in entries)
    except (OSError, ValueError, KeyError, TypeError, re.error) as error:
        raise PatternError(f"{path}: {error}") from error
    ids = [pattern.id for pattern in patterns]
    if not ids or len(set(ids)) != len(ids):
        raise PatternError(f"{path}: no patterns, or two with the same id")
    for pattern in patterns:
        if pattern.verdict not in (FINDINGS, DID_NOT_RUN):
            raise PatternError(f"{path}: {pattern.id}: no verdict '{pattern.verdict}'")
        if pattern.where not in (LOG, CTEST, SUMMARY):
            raise PatternError(f"{path}: {pattern.id}: no place '{pattern.where}'")
        if not set(pattern.unless) <= set(ids):
            raise PatternError(f"{path}: {pattern.id}: 'unless' names an unknown pattern")
    return patterns


def _pattern(entry: dict) -> Pattern:
    unknown = set(entry) - _KEYS
    if unknown:
        raise ValueError(f"unknown keys {sorted(unknown)}")
    text = entry["text"]
    return Pattern(
        id=entry["id"], verdict=entry["verdict"], text=text,
        regex=re.compile(entry.get("regex", re.escape(text))), cause=entry["cause"],
        next_step=entry["next_step"], where=entry.get("where", LOG),
        unless=tuple(entry.get("unless", ())), only_if_failed=entry.get("only_if_failed", False))


class Scanner:
    """Looks for patterns in the lines of one log, test by test.

    A pattern counts once a test. One with `unless` counts only when none of those it names is seen
    in the same test, one with `only_if_failed` only when the test failed; both are decided when the
    test has ended.
    """

    def __init__(self, patterns: tuple, where: str, log: str, reasons: Reasons):
        self._patterns = tuple(p for p in patterns if p.where == where)
        self._log = log
        self._reasons = reasons
        self._seen: dict = {}

    def line(self, number: int, text: str, test: Optional[str]) -> Optional[Pattern]:
        """Returns the pattern that the line matches."""
        for pattern in self._patterns:
            if pattern.matches(text):
                self._seen.setdefault(pattern.id, (pattern, self._reason(
                    pattern, number, text, test)))
                return pattern
        return None

    def end_of_test(self, failed: bool) -> bool:
        """Decides what was seen since the last call; returns whether anything counts."""
        counted = False
        for pattern, reason in self._seen.values():
            if pattern.only_if_failed and not failed:
                continue
            if any(other in self._seen for other in pattern.unless):
                continue
            self._reasons.add(reason)
            counted = True
        self._seen = {}
        return counted

    def _reason(self, pattern: Pattern, number: int, text: str, test: Optional[str]) -> Reason:
        return Reason(pattern.verdict, pattern.cause, pattern.next_step, quote(text), test,
                      self._log, number)
