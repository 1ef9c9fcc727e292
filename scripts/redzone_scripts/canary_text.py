"""What scripts/canaries prints: the list, the matrix, the JSON document, the table of the page."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from canary_expectations import COMPILERS, Canary, compiler_family
from canary_process import DETECTORS

from redzone_scripts.canary_matrix import (AS_DOCUMENTED, CAUGHT, DID_NOT_RUN, DOCUMENTED_MISS,
                                           MISSED, UNEXPECTEDLY_CAUGHT)

BEGIN = "<!-- canaries: begin -->"
END = "<!-- canaries: end -->"
MEASURED = "Measured with "
LEVELS = ("-O0", "-O1", "-O2", "-O3")
SIGNS = {DOCUMENTED_MISS: "-", MISSED: "!", UNEXPECTEDLY_CAUGHT: "+", DID_NOT_RUN: "?"}
LEGEND = ("a level is named where the bug was caught; - is a documented miss, ! a miss that is not "
          "documented,\n+ a documented miss that was caught, ? did not run")


class PageError(Exception):
    """The page has no place for the table."""


def print_list(canaries: list) -> None:
    for canary in canaries:
        print(f"{canary.name}: {canary.bug}")
        for detector in canary.detectors():
            if detector in canary.expectations:
                print(f"  {canary.expectations[detector].describe()}")
            for miss in canary.misses:
                if miss.detector == detector:
                    print(f"  {detector} misses it{_where(miss)}: {miss.reason}")


def list_document(canaries: list) -> dict:
    return {"schema": "redzone/canaries/1", "canaries": [
        {"name": canary.name, "bug": canary.bug,
         "expected": [{key: getattr(one, key)
                       for key in ("detector", "kind", "size", "access", "line")}
                      for expectation in canary.expectations.values()
                      for one in (expectation, *expectation.also)],
         "missed": [{"detector": miss.detector, "compilers": list(miss.compilers),
                     "levels": list(miss.levels), "reason": miss.reason}
                    for miss in canary.misses]}
        for canary in canaries]}


def print_matrix(results: list, compilers: list, levels: list) -> None:
    """One row a canary and detector; the levels at which it was caught in the column of a
    compiler."""
    cells: dict = {}
    for result in results:
        sign = result.level[2:] if result.result == CAUGHT else SIGNS[result.result]
        row = cells.setdefault((result.detector, result.canary), {})
        row.setdefault(result.compiler, {})[result.level] = sign
    widths = [max(len(name) + 2, len(levels) + 2) for name in compilers]
    for detector in DETECTORS:
        rows = [key for key in cells if key[0] == detector]
        if not rows:
            continue
        print(f"{detector:<28}" + "".join(f"{name:<{width}}"
                                          for name, width in zip(compilers, widths)).rstrip())
        for key in rows:
            columns = ["".join(cells[key].get(name, {}).get(level, " ") for level in levels)
                       for name in compilers]
            print(f"  {key[1]:<26}" + "".join(f"{text:<{width}}" for text, width
                                              in zip(columns, widths)).rstrip())
    print(LEGEND)
    for result in results:
        if result.result not in AS_DOCUMENTED:
            print(f"{result.result}: {result.canary}, {result.detector}, {result.compiler} "
                  f"{result.level}: {result.detail}")
            if result.expected:
                print(f"  expected: {result.expected}")


def matrix_document(results: list, versions: dict, levels: list, seconds: float) -> dict:
    return {"schema": "redzone/canary-matrix/1", "versions": versions, "levels": levels,
            "seconds": round(seconds, 1),
            "results": [dataclasses.asdict(result) for result in results]}


def _where(miss) -> str:
    words = [*miss.compilers, *miss.levels]
    return f" ({', '.join(words)})" if words else ""


def page_table(canaries: list, builds: dict) -> list:
    """The lines of the page's table, as the sources and the presets imply it: what a complete
    matrix without a difference has shown."""
    lines = ["| canary | planted bug | detector | report | " + " | ".join(COMPILERS) + " |",
             "|---|---|---|---|" + "---|" * len(COMPILERS)]
    built = {(detector, compiler_family(compiler)) for detector, compiler in builds}
    for canary in canaries:
        name, bug = f"`{canary.name}`", canary.bug.replace("|", "\\|")
        for detector in canary.detectors():
            expectation = canary.expectations.get(detector)
            report = expectation.describe().replace(f"{detector} ", "") if expectation else "none"
            cells = [_cell(canary, detector, family, (detector, family) in built)
                     for family in COMPILERS]
            lines.append(f"| {name} | {bug} | {detector} | {report} | {' | '.join(cells)} |")
            name = bug = ""
    lines += ["", "Documented misses:", ""]
    lines += [f"* `{canary.name}`, {miss.detector}{_where(miss)}: {miss.reason}."
              for canary in canaries for miss in canary.misses]
    return lines


def _cell(canary: Canary, detector: str, family: str, built: bool) -> str:
    if not built:
        return "no preset"
    caught = [level for level in LEVELS if canary.miss(detector, family, level) is None]
    if len(caught) == len(LEVELS):
        return "all levels"
    return ", ".join(caught) if caught else "missed"


def page_parts(page: Path) -> tuple:
    """What stands before, between and behind the markers of the page."""
    text = page.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise PageError(f"{page} needs the line {BEGIN} and, behind it, the line {END}, once each")
    before, _, rest = text.partition(BEGIN)
    between, _, behind = rest.partition(END)
    return before + BEGIN + "\n", between.strip("\n").splitlines(), END + behind


def write_page(page: Path, table: list, measured: str) -> None:
    before, _, behind = page_parts(page)
    text = before + "\n".join([MEASURED + measured, "", *table]) + "\n" + behind
    page.write_text(text, encoding="utf-8")


def page_differences(page: Path, table: list) -> list:
    """What the page's table says and the sources do not, and the other way round; how it was
    measured aside."""
    _, between, _ = page_parts(page)
    between = [line for line in between if line and not line.startswith(MEASURED)]
    table = [line for line in table if line]
    differences = [f"only in {page.name}: {line}" for line in between if line not in table]
    differences += [f"not in {page.name}: {line}" for line in table if line not in between]
    return differences or ([] if between == table else [f"{page.name}: another order"])
