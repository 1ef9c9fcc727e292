"""Reads a data file of heaptrack, event by event.

One record a line, its first letter says what it is; numbers are hexadecimal, tables count from 1
(allocations from 0) in the order of the file:

  v VERSION FILE-VERSION      s LENGTH TEXT               a string
  i IP MODULE [FUNCTION FILE LINE]...                     a program counter, inlined frames after it
  t IP PARENT-TRACE                                       a call stack: a frame and its caller
  a SIZE TRACE                                            a kind of allocation
  + ALLOCATION, - ALLOCATION                              allocated, freed
  # ips: NUMBER                                           the last line
"""

from __future__ import annotations

import gzip
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Iterator

from .sites import Amounts, Frame, Profile, ProfileError, SiteTable, bounded

FILE_VERSION = 3
# Entries of each table: a few hundred bytes of memory each.
TABLE_MAX = 1_000_000
LINE_BYTES_MAX = 1024 * 1024
# Frames of a stack that are looked at; heaptrack records at most 64 and their inlined ones.
DEPTH_MAX = 512
LINES_A_CHECK = 200_000


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The decompressed bytes. The standard library of Python 3.9 knows gzip, and not zstd."""
    if path.suffix != ".zst":
        with gzip.open(path, "rb") as file:
            yield file
        return
    with subprocess.Popen(["zstd", "-dcq", str(path)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            yield process.stdout
            # Only reached at the end of the data: what was read is whole when zstd says so.
            if process.wait():
                raise ValueError("it cannot be decompressed to its end")
        finally:
            process.kill()


class Tables:
    """The records of a file, and what is allocated at the moment and was at the peak."""

    def __init__(self) -> None:
        self.version = None
        self.ended = False
        self.strings, self.ips, self.traces, self.kinds = [""], [None], [None], []
        self.counts, self.live, self.at_peak = [], [], []
        self.current = self.peak = 0
        self.changed = set()

    def record(self, line: bytes) -> None:
        words = line.split()
        if not words:
            return
        letter = words[0]
        if letter == b"#":
            self.ended = self.ended or words[1] == b"ips:"
        elif letter == b"v":
            self.version = int(words[2], 16)
            if self.version != FILE_VERSION:
                raise ValueError(f"file version {self.version}; {FILE_VERSION} is understood")
        elif self.version is None:
            raise ValueError("it does not begin with a version")
        elif letter == b"s":
            self._add(self.strings, bounded(line.rstrip(b"\n").split(b" ", 2)[2].decode(
                "utf-8", errors="replace")))
        elif letter == b"i":
            self._add(self.ips, [int(word, 16) for word in words[2:]])
        elif letter == b"t":
            ip, parent = int(words[1], 16), int(words[2], 16)
            if ip >= len(self.ips) or parent >= len(self.traces):
                raise ValueError("a call stack of frames that do not exist")
            self._add(self.traces, (ip, parent))
        elif letter == b"a":
            size, trace = int(words[1], 16), int(words[2], 16)
            if trace >= len(self.traces) or size < 0:
                raise ValueError("an allocation of a call stack that does not exist")
            self._add(self.kinds, (size, trace))
            for counts in (self.counts, self.live, self.at_peak):
                counts.append(0)

    def allocated(self, kind: int) -> None:
        self.counts[kind] += 1
        self.live[kind] += 1
        self.changed.add(kind)
        self.current += self.kinds[kind][0]
        if self.current > self.peak:
            # Only what changed since the last peak is copied: each event is copied at most once.
            self.peak = self.current
            for index in self.changed:
                self.at_peak[index] = self.live[index]
            self.changed.clear()

    def freed(self, kind: int) -> None:
        self.live[kind] -= 1
        if self.live[kind] < 0:
            raise ValueError("more was freed than allocated")
        self.changed.add(kind)
        self.current -= self.kinds[kind][0]

    def stack(self, trace: int) -> list:
        frames = []
        while trace and len(frames) < DEPTH_MAX:
            ip, trace = self.traces[trace]
            frames += self._frames(self.ips[ip])
        return frames

    def _frames(self, words: list) -> list:
        module = self.strings[words[0]] if words else None
        frames = [Frame(self.strings[function] or "???", self.strings[file] or None, line or None,
                        module)
                  for function, file, line in zip(words[1::3], words[2::3], words[3::3])]
        if not frames and len(words) > 1:
            frames.append(Frame(self.strings[words[1]], None, None, module))
        return frames or [Frame("???", None, None, module)]

    @staticmethod
    def _add(table: list, entry: object) -> None:
        if len(table) >= TABLE_MAX:
            raise ValueError(f"more than {TABLE_MAX} entries in a table")
        table.append(entry)


def read_heaptrack(path: Path, table: SiteTable, limit_s: float) -> Profile:
    tables = Tables()
    try:
        with opened(path) as file:
            _read_events(file, tables, time.monotonic() + limit_s)
        if tables.version is None:
            raise ValueError("it is empty: heaptrack saw nothing of the program, or the program "
                             "ended by _exit before heaptrack had written")
        if not tables.ended:
            raise ValueError("its last line is missing")
        for (size, trace), count, live, peak in zip(tables.kinds, tables.counts, tables.live,
                                                    tables.at_peak):
            table.add(tables.stack(trace),
                      Amounts(peak * size, count * size, count, live * size, live))
    except (ValueError, IndexError, EOFError, OSError) as error:
        raise ProfileError(f"{path}: no whole data file of heaptrack: {error}\nNext step: see "
                           "whether the disk is full, or try --tool dhat") from error
    profile = table.profile()
    if not tables.kinds:
        profile.totals = Amounts(0, 0, 0, 0, 0)
    return profile


def _read_events(file: BinaryIO, tables: Tables, deadline: float) -> None:
    lines = 0
    allocated, freed = tables.allocated, tables.freed
    while True:
        line = file.readline(LINE_BYTES_MAX)
        if not line:
            return
        first = line[0]
        if first == 0x2B and tables.kinds:  # '+'
            allocated(_kind(line, tables))
        elif first == 0x2D and tables.kinds:  # '-'
            freed(_kind(line, tables))
        else:
            tables.record(line)
        lines += 1
        if lines % LINES_A_CHECK == 0 and time.monotonic() > deadline:
            raise ValueError(f"reading it takes longer than the time limit ({lines} lines read)")


def _kind(line: bytes, tables: Tables) -> int:
    kind = int(line[1:], 16)
    if not 0 <= kind < len(tables.kinds):
        raise ValueError("an event of an allocation that does not exist")
    return kind
