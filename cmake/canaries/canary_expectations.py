"""Reads what the sources of the canaries say about themselves. The comment at the top of each:

    // expect: DETECTOR KIND [size=N] [access=read|write] [line=N]
    // missed: DETECTOR [compiler=g++|clang++] [opt=-O1,...] REASON
    // What the planted bug is, in a sentence or two.

An `expect` line is a report that the detector has to print; where it prints several, each has its
line. A `missed` line documents where the detector is silent, and why: with one compiler, at some
levels of optimisation, or, without an `expect` line of that detector, always.
"""

from __future__ import annotations

import dataclasses
import os
import re
from typing import Iterable, Optional

from canary_process import DETECTORS

COMPILERS = ("g++", "clang++")
_LEVELS = re.compile(r"-O[0-3sgz]|-Ofast")
_STATEMENT = re.compile(r"//\s*([a-z]+)\s*:(.*)")
_MISSPELT = re.compile(r"//\s*(?:expect|missed)", re.IGNORECASE)
_REASON_WORDS_MIN = 3


class BadExpectation(Exception):
    """A source says something about itself that is not understood."""


@dataclasses.dataclass(frozen=True)
class Expectation:
    """A report that a detector has to print; `also` are the others that it prints."""

    detector: str
    kind: str
    size: Optional[int] = None
    access: Optional[str] = None
    line: Optional[int] = None
    also: tuple["Expectation", ...] = ()

    def describe(self) -> str:
        words = [self.detector, self.kind]
        for name in ("size", "access", "line"):
            if getattr(self, name) is not None:
                words.append(f"{name}={getattr(self, name)}")
        return " and ".join([" ".join(words), *(other.describe() for other in self.also)])

    def differences(self, report, source_name: str) -> list[str]:
        """What `report` does not fulfil of the expectation that it is nearest to, as names of its
        words."""
        return min((one.own_differences(report, source_name) for one in (self, *self.also)),
                   key=lambda words: (bool(words), "kind" in words, len(words)))

    def own_differences(self, report, source_name: str) -> list[str]:
        result = []
        if (report.detector, report.kind) != (self.detector, self.kind):
            result.append("kind")
        if self.size is not None and report.size != self.size:
            result.append("size")
        if self.access is not None and report.access != self.access:
            result.append("access")
        if self.line is not None and report.line_in(source_name) != self.line:
            result.append("line")
        if not report.complete:
            result.append("end of the report")
        return result

    def absent(self, reports: list, source_name: str) -> list["Expectation"]:
        """Which of several expected reports are not among `reports`."""
        return [one for one in (dataclasses.replace(self, also=()), *self.also)
                if all(one.own_differences(report, source_name) for report in reports)]


@dataclasses.dataclass(frozen=True)
class Miss:
    """A documented silence; no compilers and no levels mean all."""

    detector: str
    reason: str
    compilers: tuple[str, ...]
    levels: tuple[str, ...]
    place: str

    def applies(self, compiler: str, level: str) -> bool:
        return ((not self.compilers or compiler in self.compilers)
                and (not self.levels or level in self.levels))

    def everywhere(self) -> bool:
        return not self.compilers and not self.levels


@dataclasses.dataclass(frozen=True)
class Canary:
    name: str
    source: str
    bug: str
    expectations: dict[str, Expectation]
    misses: tuple[Miss, ...]
    line_count: int

    def detectors(self) -> list[str]:
        """Those that it says something about, in the order of DETECTORS."""
        said = {*self.expectations, *(miss.detector for miss in self.misses)}
        return [name for name in DETECTORS if name in said]

    def miss(self, detector: str, compiler: str, level: str) -> Optional[Miss]:
        for miss in self.misses:
            if miss.detector == detector and miss.applies(compiler, level):
                return miss
        return None


def compiler_family(compiler: str) -> str:
    """`g++` or `clang++`, as `missed` lines name it, for a path or a name with a version."""
    name = os.path.basename(compiler)
    return next((family for family in reversed(COMPILERS) if name.startswith(family)), name)


def optimisation_level(flags: Iterable[str]) -> str:
    """The level that counts among the flags of a compiler: the last one."""
    level = "-O0"
    for flag in flags:
        if flag == "-O" or _LEVELS.fullmatch(flag):
            level = "-O1" if flag == "-O" else flag
    return level


def read_canaries(folder: str) -> list[Canary]:
    """Every canary of the folder, by name. Raises BadExpectation or OSError."""
    names = sorted(name for name in os.listdir(folder) if name.endswith(".cpp"))
    if not names:
        raise BadExpectation(f"{folder}: there is no canary, a file NAME.cpp")
    canaries = [read_canary(os.path.join(folder, name)) for name in names]
    for canary in canaries:
        for expectation in canary.expectations.values():
            for one in (expectation, *expectation.also):
                if (one.line or 0) > canary.line_count:
                    raise BadExpectation(f"{canary.source}:{canary.line_count}: the last line, but "
                                         f"a report is expected in line={one.line}")
    return canaries


def read_expectation(source: str, detector: str) -> Expectation:
    """What the file `source` expects of `detector`. Raises BadExpectation or OSError."""
    expectation = read_canary(source).expectations.get(detector)
    if expectation is None:
        raise BadExpectation(f"{source}: one line `// expect: {detector} KIND ...` is needed, "
                             f"0 are there")
    return expectation


def read_canary(source: str) -> Canary:
    """Raises BadExpectation, which names file and line, or OSError."""
    with open(source, encoding="utf-8") as file:
        lines = file.read().splitlines()
    expectations: dict[str, Expectation] = {}
    misses: list[Miss] = []
    words: list[str] = []
    in_header = True
    for number, line in enumerate(lines, 1):
        place = f"{source}:{number}"
        in_header = in_header and line.startswith("//")
        if not in_header:
            if _MISSPELT.match(line) and _STATEMENT.match(line):
                raise BadExpectation(f"{place}: expect and missed lines stand at the top of the "
                                     "source, before anything else")
            continue
        statement = _STATEMENT.match(line)
        if statement and line.startswith(f"// {statement.group(1)}: "):
            _read_statement(statement, place, expectations, misses)
        elif statement or _MISSPELT.match(line):
            raise BadExpectation(f"{place}: neither `// expect: DETECTOR KIND ...` nor "
                                 "`// missed: DETECTOR REASON`")
        else:
            words += line[2:].split()
    name = os.path.splitext(os.path.basename(source))[0]
    canary = Canary(name, source, " ".join(words), expectations, tuple(misses),
                    len(lines))
    _check(canary)
    return canary


def _read_statement(statement: re.Match[str], place: str, expectations: dict[str, Expectation],
                    misses: list[Miss]) -> None:
    keyword, words = statement.group(1), statement.group(2).split()
    if keyword == "missed":
        misses.append(_parse_miss(words, place))
        return
    if keyword != "expect":
        raise BadExpectation(f"{place}: '{keyword}:' is neither expect: nor missed:")
    one = _parse_expectation(words, place)
    first = expectations.get(one.detector)
    if first is None:
        expectations[one.detector] = one
        return
    if one in (dataclasses.replace(first, also=()), *first.also):
        raise BadExpectation(f"{place}: the same line stands there twice")
    expectations[one.detector] = dataclasses.replace(first, also=(*first.also, one))


def _check(canary: Canary) -> None:
    if not canary.expectations:
        raise BadExpectation(f"{canary.source}: a canary without a line `// expect: DETECTOR KIND`")
    for miss in canary.misses:
        if miss.everywhere() and miss.detector in canary.expectations:
            raise BadExpectation(f"{miss.place}: {miss.detector} is also expected to report it; a "
                                 "miss needs compiler= or opt= then")
        if not miss.everywhere() and miss.detector not in canary.expectations:
            raise BadExpectation(f"{miss.place}: elsewhere nothing is said about {miss.detector}; "
                                 f"a line `// expect: {miss.detector} KIND` is needed")


def _detector(words: list[str], place: str, form: str) -> str:
    if len(words) < 2 or words[0] not in DETECTORS:
        said = f", not '{' '.join(words)}'" if words else ""
        raise BadExpectation(f"{place}: `{form} ...` needs one of {', '.join(DETECTORS)} and a "
                             f"{form.split()[-1].lower()}{said}")
    return words[0]


def _parse_expectation(words: list[str], place: str) -> Expectation:
    detector = _detector(words, place, "// expect: DETECTOR KIND")
    values: dict[str, object] = {}
    for word in words[2:]:
        name, _, value = word.partition("=")
        if name in values:
            raise BadExpectation(f"{place}: {name}= stands there twice")
        if name in ("size", "line") and value.isdigit():
            values[name] = int(value)
        elif name == "access" and value in ("read", "write"):
            values[name] = value
        else:
            raise BadExpectation(f"{place}: '{word}' is none of size=N line=N access=read|write")
    return Expectation(detector, words[1], **values)


def _parse_miss(words: list[str], place: str) -> Miss:
    detector = _detector(words, place, "// missed: DETECTOR REASON")
    found: dict[str, tuple[str, ...]] = {}
    rest = words[1:]
    while rest and re.match(r"[a-z]+=", rest[0]):
        name, _, value = rest.pop(0).partition("=")
        values = tuple(value.split(","))
        good = {"compiler": lambda one: one in COMPILERS, "opt": _LEVELS.fullmatch}.get(name)
        if good is None or name in found or not all(good(one) for one in values):
            raise BadExpectation(f"{place}: '{name}={value}' is none of compiler="
                                 f"{'|'.join(COMPILERS)} opt=-O0,-O1,..., once each")
        found[name] = values
    if len(rest) < _REASON_WORDS_MIN:
        raise BadExpectation(f"{place}: a miss is documented with its reason")
    return Miss(detector, " ".join(rest), found.get("compiler", ()), found.get("opt", ()), place)
