"""What memory-checks prints at its end: a table, the reasons, and where the logs are."""

from __future__ import annotations

import datetime
from dataclasses import asdict
from pathlib import Path

from .decide import EXIT_STATUS
from .log_patterns import CLEAN, DID_NOT_RUN, FINDINGS
from .preset_run import PresetResult
from .progress import coloured, duration
from .verdict_text import (WORDS, not_instrumented_text, reason_lines, shown_path,
                           tests_text)


def overall(results: list) -> str:
    """The worst verdict: did not run, then findings, then clean; nothing at all did not run."""
    verdicts = [result.verdict.verdict for result in results] or [DID_NOT_RUN]
    return next(v for v in (DID_NOT_RUN, FINDINGS, CLEAN) if v in verdicts)


def print_report(results: list) -> None:
    rows = [(r.preset, WORDS[r.verdict.verdict], tests_text(r.verdict.tests), duration(r.seconds))
            for r in results]
    titles = ("preset", "verdict", "tests", "time")
    widths = [max(len(row[i]) for row in [titles, *rows]) for i in range(len(titles))]
    print()
    print("  ".join(title.ljust(width) for title, width in zip(titles, widths)).rstrip())
    for row, result in zip(rows, results):
        cells = [cell.ljust(width) for cell, width in zip(row, widths)]
        cells[1] = coloured(cells[1], result.verdict.verdict)
        print("  ".join(cells).rstrip())
    for result in results:
        if result.verdict.verdict != CLEAN:
            print(f"\n{result.preset}")
            for line in reason_lines(result.verdict):
                print(f"  {line}")
    _print_not_instrumented(results)
    print("\nlogs")
    for result in results:
        if result.log_dir is not None:
            last_test = result.log_dir.parent / "Testing" / "Temporary" / "LastTest.log"
            print(f"  {result.preset}: {shown_path(result.log_dir)}" +
                  (f", {shown_path(last_test)}" if last_test.exists() else ""))


def _print_not_instrumented(results: list) -> None:
    presets_of = {}
    for result in results:
        if result.verdict.not_instrumented:
            presets_of.setdefault(result.verdict.not_instrumented, []).append(result.preset)
    if presets_of:
        print("\nnot instrumented: no detector looks into these, the preset normal runs them")
    for names, presets in presets_of.items():
        print(f"  {', '.join(presets)}, {not_instrumented_text(names)}")


def document(results: list, source: Path) -> dict:
    verdict = overall(results)
    return {"schema": "redzone/memory-checks/1",
            "generated_at": datetime.datetime.now(datetime.timezone.utc).isoformat(
                timespec="seconds"),
            "source": str(source), "verdict": verdict, "exit_status": EXIT_STATUS[verdict],
            "presets": [_preset_document(result) for result in results]}


def _preset_document(result: PresetResult) -> dict:
    steps = [{"name": step.name, "status": step.status, "seconds": round(step.seconds, 3),
              "timed_out": step.timed_out, "log": str(step.log)} for step in result.steps]
    return {**asdict(result.verdict), "preset": result.preset, "seconds": round(result.seconds, 3),
            "log_dir": str(result.log_dir) if result.log_dir else None, "steps": steps}
