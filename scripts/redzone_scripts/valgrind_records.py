"""Counts what Valgrind's XML documents of one test program hold, by kind."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

# A report of this project's tests has some kilobytes; one above this is a runaway.
DOCUMENT_BYTES_MAX = 64 * 1024 * 1024
LEAK_KINDS = {"definite": "Leak_DefinitelyLost", "indirect": "Leak_IndirectlyLost",
              "possible": "Leak_PossiblyLost", "reachable": "Leak_StillReachable"}


class ReportError(Exception):
    """A document that is missing, too large, or cut short."""


@dataclass
class Records:
    """Of one program: each record of each of its processes, by Valgrind's kind."""

    kinds: Counter = field(default_factory=Counter)
    processes: int = 0
    signalled: int = 0  # of these, processes that a signal ended, such as death tests
    cut_short: int = 0  # processes that were killed before Valgrind had written its report

    def leaks(self, name: str) -> int:
        return self.kinds[LEAK_KINDS[name]]

    @property
    def errors(self) -> int:
        return sum(count for kind, count in self.kinds.items()
                   if kind not in LEAK_KINDS.values())

    def other_kinds(self) -> str:
        return ", ".join(f"{count} {kind}" for kind, count in sorted(self.kinds.items())
                         if kind not in LEAK_KINDS.values())

    def needs_suppression(self) -> bool:
        """Whether the valgrind preset, which counts errors and lost blocks, would fail."""
        return bool(self.errors or self.leaks("definite") or self.leaks("indirect"))


def read_document(path: Path) -> tuple:
    """(kind -> count, whether a signal ended it) of one process. What such a process could still
    reach is not counted: it had no chance to free it. ReportError: the report has no end."""
    try:
        size = path.stat().st_size
        if size > DOCUMENT_BYTES_MAX:
            raise ReportError(f"{path} has {size} bytes, the limit is {DOCUMENT_BYTES_MAX}")
        root = ElementTree.parse(path).getroot()
    except OSError as error:
        raise ReportError(f"{path} cannot be read: {error.strerror}") from error
    except ElementTree.ParseError as error:
        raise ReportError(f"{path} was cut short: {error}") from error
    states = [state.findtext("state") for state in root.iter("status")]
    if root.tag != "valgrindoutput" or states[-1:] != ["FINISHED"]:
        raise ReportError(f"{path} is no finished report of Valgrind")
    kinds = Counter(error.findtext("kind") or "unknown" for error in root.iter("error"))
    signalled = root.find("fatal_signal") is not None  # stands beside the errors
    if signalled:
        del kinds[LEAK_KINDS["reachable"]]
    return kinds, signalled


def read_program(folder: Path, main_pid: int) -> Records:
    """All documents NAME.PID.xml of a folder. That of the main process has to be whole."""
    records = Records()
    for path in sorted(folder.glob("*.xml")):
        try:
            kinds, signalled = read_document(path)
            records.kinds += kinds
            records.processes += 1
            records.signalled += signalled
        except ReportError:
            if path.name == f"{main_pid}.xml":
                raise
            records.cut_short += 1
    if not (folder / f"{main_pid}.xml").is_file():
        raise ReportError(f"Valgrind left no report of the process {main_pid}")
    return records
