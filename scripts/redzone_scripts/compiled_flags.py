"""Whether every source file of a build tree was compiled with the flags of its detectors.

A tripwire shows that the preset's flags work; it does not see that one target or one file lost
them. compile_commands.json says how each file is compiled. Files that may not have a detector, such
as a malloc, are named by the build itself, and say -fno-sanitize=all on their own command line.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FILE_NAME = "compile_commands.json"
# The largest project known to us writes 0.9 GiB; this is read at once, so it is bounded.
FILE_BYTES_MAX = 256 << 20

# The values of -fsanitize= of which a detector needs one. memcheck needs none.
NEEDED = {"asan": ("address",), "lsan": ("address", "leak"), "ubsan": ("undefined",),
          "tsan": ("thread",), "msan": ("memory",)}
# With one of these a program cannot run under Valgrind.
FORBIDDEN_UNDER_VALGRIND = ("address", "hwaddress", "leak", "memory", "thread")

_SANITIZE = re.compile(r"""(?:^|[\s"'])-f(no-)?sanitize=([^\s"']+)""")
_SOURCES = (".c", ".cc", ".cpp", ".cxx", ".c++", ".m", ".mm")


class FlagsError(Exception):
    """How the files were compiled is not known."""


@dataclass(frozen=True)
class Wrong:
    """Files that a detector of the tree does not see, or cannot run with."""

    detector: str
    flag: str
    missing: bool
    files: tuple


def wrong_flags(build_dir: Path, detectors: tuple, no_detector: tuple = ()) -> list:
    """One Wrong a detector that has any; empty when all files have the flags they need, but for
    those of `no_detector` that are compiled with -fno-sanitize=all."""
    wanted = [detector for detector in detectors if detector in NEEDED or detector == "memcheck"]
    if not wanted:
        return []
    wrong: dict = {}
    count = 0
    exempt = {os.path.normpath(file) for file in no_detector}
    for file, active, gives_up in _compiled(build_dir):
        count += 1
        if gives_up and os.path.normpath(file) in exempt:
            continue
        for detector in wanted:
            problem = _problem(detector, active)
            if problem:
                wrong.setdefault((detector, *problem), []).append(file)
    if not count and any(detector in NEEDED for detector in wanted):
        raise FlagsError(f"{build_dir / FILE_NAME} names no file of C or C++")
    return [Wrong(*key, files=tuple(files)) for key, files in wrong.items()]


def _problem(detector: str, active: set) -> tuple:
    """(flag, whether it is missing), or nothing when the file is fit for the detector."""
    if detector == "memcheck":
        found = [flag for flag in FORBIDDEN_UNDER_VALGRIND if flag in active]
        return (found[0], False) if found else ()
    return () if active.intersection(NEEDED[detector]) else (NEEDED[detector][0], True)


def _compiled(build_dir: Path) -> Iterator[tuple]:
    """Yields (file, values of -fsanitize= in force, whether -fno-sanitize=all is said) of each
    compilation of C and C++."""
    path = build_dir / FILE_NAME
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise FlagsError(f"{path} is larger than {FILE_BYTES_MAX >> 20} MiB")
        entries = json.loads(path.read_text(encoding="utf-8", errors="replace"))
        known: dict = {}
        for entry in entries:
            file = entry["file"]
            if not file.lower().endswith(_SOURCES):
                continue
            command = entry["command"] if "command" in entry else " ".join(entry["arguments"])
            flags = tuple(_SANITIZE.findall(command))
            if flags not in known:
                known[flags] = _in_force(flags)
            yield (os.path.join(entry.get("directory", ""), file), known[flags],
                   ("no-", "all") in flags)
    except FileNotFoundError as error:
        raise FlagsError(f"{path} is missing") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FlagsError(f"{path} cannot be read: {error!r}") from error


def _in_force(flags: tuple) -> set:
    """What is left when each flag takes back what an earlier one gave."""
    active: set = set()
    for negated, values in flags:
        for value in values.split(","):
            if not negated:
                active.add(value)
            elif value == "all":
                active.clear()
            else:
                active.discard(value)
    return active
