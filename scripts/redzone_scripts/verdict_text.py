"""How verdicts are shown to people."""

from __future__ import annotations

import os
from pathlib import Path

from .decide import Verdict
from .log_patterns import CLEAN, DID_NOT_RUN, FINDINGS, Reason

WORDS = {CLEAN: "clean", FINDINGS: "findings", DID_NOT_RUN: "did not run"}
NAMES_MAX = 20
# Places of one cause that are shown in full; of the others only the test is named.
PLACES_SHOWN_MAX = 5


def tests_text(tests: dict) -> str:
    """'130, 2 failed, 1 skipped': how many tests ran to their end, and what is special of them."""
    if not tests:
        return "-"
    counts = {key: int(tests.get(key) or 0) for key in
              ("passed", "failed", "skipped", "disabled", "not_run")}
    words = [str(counts.pop("passed") + counts["failed"])]
    words += [f"{count} {key.replace('_', ' ')}" for key, count in counts.items() if count]
    return ", ".join(words)


def reason_lines(verdict: Verdict) -> list:
    """What made the verdict: each cause once, with its places and the next step."""
    lines = []
    for kind in (DID_NOT_RUN, FINDINGS):
        groups = {}
        for reason in verdict.reasons:
            if reason.verdict == kind:
                groups.setdefault((reason.cause, reason.next_step), []).append(reason)
        for (cause, next_step), reasons in groups.items():
            lines.append(f"{WORDS[kind]}: {cause}")
            lines += [f"    {line}" for line in map(_place, reasons[:PLACES_SHOWN_MAX]) if line]
            if len(reasons) > PLACES_SHOWN_MAX:
                tests = [reason.test or "-" for reason in reasons[PLACES_SHOWN_MAX:]]
                lines.append(f"    also in {', '.join(tests)}")
            if next_step:
                lines.append(f"    next step: {next_step}")
        dropped = verdict.reasons_dropped.get(kind, 0)
        if dropped:
            lines.append(f"{WORDS[kind]}: {dropped} more")
    return lines


def _place(reason: Reason) -> str:
    where = ""
    if reason.log:
        where = shown_path(Path(reason.log)) + (f":{reason.line}" if reason.line else "")
    words = ": ".join(word for word in (reason.test, reason.detail) if word)
    return f"{words} ({where})" if words and where else words or where


def not_instrumented_text(names: tuple) -> str:
    """'3: a, b, c': how many they are, and which."""
    shown = f"{len(names)}: " + ", ".join(names[:NAMES_MAX])
    more = len(names) - NAMES_MAX
    return shown + (f" and {more} more" if more > 0 else "")


def shown_path(path: Path) -> str:
    """Relative to the working directory where the path is inside of it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def print_verdict(verdict: Verdict, tree: str) -> None:
    print(f"{verdict.preset or tree}: {WORDS[verdict.verdict]}, tests: {tests_text(verdict.tests)}")
    for line in reason_lines(verdict):
        print(line)
    if verdict.not_instrumented:
        print(f"not instrumented, {not_instrumented_text(verdict.not_instrumented)}")
