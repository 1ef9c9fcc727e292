"""Progress on standard error: one line a finished step, and a live line on a terminal only."""

from __future__ import annotations

import os
import sys
from pathlib import Path

TAIL_BYTES = 512
REPAINT_S = 0.5


def duration(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02} s"


class Progress:
    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._painted_at = -REPAINT_S
        self._step = ""

    def begin(self, preset: str, step: str) -> None:
        self._step = f"{preset}: {step}"
        self._painted_at = -REPAINT_S
        self._paint(self._step)

    def waiting(self, log: Path, elapsed: float) -> None:
        if self._live and elapsed - self._painted_at >= REPAINT_S:
            self._painted_at = elapsed
            self._paint(f"{self._step} {duration(elapsed)}  {_last_line(log)}")

    def end(self, preset: str, step: str, seconds: float, failure: str) -> None:
        self.say(f"{preset}: {step} {failure or 'done'} ({duration(seconds)})")

    def clear(self) -> None:
        """Takes the live line away, for what is printed next."""
        if self._live:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()

    def say(self, line: str) -> None:
        self.clear()
        print(line, file=sys.stderr, flush=True)

    def _paint(self, text: str) -> None:
        if self._live:
            columns = _columns()
            sys.stderr.write("\r\033[K" + text[: columns - 1])
            sys.stderr.flush()


class LiveLine:
    """One line on standard error that is painted over again; nothing where that is no terminal."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()

    def show(self, text: str) -> None:
        if self._live:
            sys.stderr.write("\r\033[K" + text[: _columns() - 1])
            sys.stderr.flush()

    def clear(self) -> None:
        if self._live:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()


def coloured(text: str, verdict: str) -> str:
    """Standard output's colours: on a terminal only, and never with NO_COLOR."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    code = {"clean": "32", "findings": "31", "did_not_run": "35"}[verdict]
    return f"\033[{code}m{text}\033[0m"


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except OSError:
        return 80


def _last_line(log: Path) -> str:
    try:
        with open(log, "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - TAIL_BYTES))
            tail = file.read().decode("utf-8", errors="replace").strip().rpartition("\n")[2]
    except OSError:
        return ""
    return "".join(c for c in tail if c.isprintable())
