"""From single measurements to what a table shows: medians with their range, and ratios of figures
that were taken one after the other."""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass

from .process import BenchError

NS_OF_UNIT = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}


@dataclass(frozen=True)
class Spread:
    """The median of some values, and the least and the greatest of them."""

    median: float
    least: float
    greatest: float

    def text(self, digits: int) -> str:
        return (f"{self.median:.{digits}f} ({self.least:.{digits}f} to "
                f"{self.greatest:.{digits}f})")


def spread(values: list) -> Spread:
    return Spread(statistics.median(values), min(values), max(values))


def differences(values: list, base: list) -> Spread:
    """Of pairs from the same repetition, so that a slower moment of the machine is in both."""
    return spread([value - other for value, other in zip(values, base)])


def ratios(values: list, base: list) -> Spread:
    if min(base) <= 0:
        raise BenchError("a process took no measurable time, so there is no ratio; next step: more "
                         "--words")
    return spread([value / other for value, other in zip(values, base)])


@dataclass(frozen=True)
class Compared:
    """What one run of a row says that runs its control and itself in turn."""

    own_ns: float
    control_ns: float
    ratio: float


def compared_rows(document: bytes, program: str) -> dict:
    """name of a row -> Compared, from Google Benchmark's JSON."""
    try:
        found = {}
        for row in json.loads(document)["benchmarks"]:
            if row.get("error_occurred"):
                raise BenchError(f"{program}: {row['name']}: {row.get('error_message', '')}")
            name = row["name"].replace("/manual_time", "")
            found[name] = Compared(row["own_ns"], row["control_ns"], row["ratio"])
    except (ValueError, KeyError, TypeError) as error:
        raise BenchError(f"{program} printed no JSON of compared rows: {error!r}") from error
    if not found:
        raise BenchError(f"{program} ran no row")
    return found


def cpu_ns_of_rows(document: bytes, program: str) -> dict:
    """name of a row -> CPU time of an iteration, from Google Benchmark's JSON."""
    try:
        found = {}
        for row in json.loads(document)["benchmarks"]:
            if row.get("error_occurred"):
                raise BenchError(f"{program}: {row['name']}: {row.get('error_message', '')}")
            if row.get("run_type", "iteration") == "iteration":
                found[row["name"]] = row["cpu_time"] * NS_OF_UNIT[row["time_unit"]]
    except (ValueError, KeyError, TypeError) as error:
        raise BenchError(f"{program} printed no JSON of Google Benchmark: {error!r}") from error
    if not found:
        raise BenchError(f"{program} ran no row")
    return found
