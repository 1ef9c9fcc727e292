"""How verdicts are shown to people."""

from __future__ import annotations

import os
from pathlib import Path

from .decide import Verdict
from .log_patterns import CLEAN, DID_NOT_RUN, FINDINGS

WORDS = {CLEAN: "clean", FINDINGS: "findings", DID_NOT_RUN: "did not run"}
NAMES_MAX = 20


def tests_text(verdict: Verdict) -> str:
    """'130, 2 failed, 1 skipped': how many tests ran to their end, and what is special of them."""
    tests = verdict.tests
    if not tests:
        return "-"
    words = [str(tests["passed"] + tests["failed"])]
    words += [f"{tests[key]} {key.replace('_', ' ')}"
              for key in ("failed", "skipped", "disabled", "not_run") if tests[key]]
    return ", ".join(words)


def reason_lines(verdict: Verdict) -> list:
    """What made the verdict, each reason with its place and the next step."""
    lines = []
    for kind in (DID_NOT_RUN, FINDINGS):
        for reason in (r for r in verdict.reasons if r.verdict == kind):
            about = f" [{reason.test}]" if reason.test and reason.test not in reason.cause else ""
            lines.append(f"{WORDS[kind]}: {reason.cause}{about}")
            if reason.detail:
                lines.append(f"    {reason.detail}")
            if reason.log:
                line = f":{reason.line}" if reason.line else ""
                lines.append(f"    at {shown_path(Path(reason.log))}{line}")
            if reason.next_step:
                lines.append(f"    next step: {reason.next_step}")
        dropped = verdict.reasons_dropped.get(kind, 0)
        if dropped:
            lines.append(f"{WORDS[kind]}: {dropped} more")
    return lines


def not_instrumented_text(names: tuple) -> str:
    shown = ", ".join(names[:NAMES_MAX])
    more = len(names) - NAMES_MAX
    return shown + (f" and {more} more" if more > 0 else "")


def shown_path(path: Path) -> str:
    """Relative to the working directory where the path is inside of it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def print_verdict(verdict: Verdict, tree: str) -> None:
    print(f"{verdict.preset or tree}: {WORDS[verdict.verdict]}, tests: {tests_text(verdict)}")
    for line in reason_lines(verdict):
        print(line)
    if verdict.not_instrumented:
        print(f"not instrumented: {not_instrumented_text(verdict.not_instrumented)}")
