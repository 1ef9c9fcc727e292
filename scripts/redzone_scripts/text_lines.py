"""Reads logs of any size line by line, in bounded memory."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator

# A longer line is handed out in pieces. Logs of tests have lines of a few hundred bytes; a program
# that prints a megabyte without a newline must not make the reader hold it.
PIECE_BYTES_MAX = 64 * 1024
# Pieces overlap by this much, so that a phrase on the border is whole in one of them.
OVERLAP_BYTES = 512
# What a report quotes of a line.
QUOTE_CHARS_MAX = 300


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yields (line number from 1, text without line end) of `path`, whatever bytes it holds."""
    with open(path, "rb") as log:
        number = 1
        carried = b""
        while True:
            piece = log.readline(PIECE_BYTES_MAX)
            if not piece:
                return
            whole = piece.endswith(b"\n")
            text = (carried + piece).rstrip(b"\r\n").decode("utf-8", errors="replace")
            yield number, text
            if whole:
                number += 1
                carried = b""
            else:
                carried = piece[-OVERLAP_BYTES:]


def quote(text: str) -> str:
    """A line as a report may print it: no control characters, bounded."""
    visible = "".join(c if c.isprintable() else " " for c in text[: QUOTE_CHARS_MAX * 2]).strip()
    if len(visible) > QUOTE_CHARS_MAX:
        return visible[:QUOTE_CHARS_MAX] + "..."
    return visible
