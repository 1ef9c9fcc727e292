"""Which tests run something that a detector looks into, judged by their commands.

A test of a sanitizer build is instrumented when a word of its command is a program that the
sanitizer's runtime is part of; under memcheck, when the command runs a program by valgrind. A
script is seen by valgrind only as far as --trace-children goes.
"""

from __future__ import annotations

import mmap
import os
import re

# What a program built with the sanitizer holds: names of its runtime's functions or library.
TRACES = {
    "asan": (b"__asan_init",), "lsan": (b"__asan_init", b"__lsan_init", b"liblsan.so"),
    "ubsan": (b"__ubsan_", b"libubsan.so"), "tsan": (b"__tsan_init",), "msan": (b"__msan_init",)}

# Bounds of the work: words of a command that are looked at, programs that are read, and the size
# above which a file is no test program of ours.
WORDS_MAX = 64
PROGRAMS_MAX = 10_000
PROGRAM_BYTES_MAX = 2 << 30

_INTERPRETER = re.compile(r"^(?:ba|da|z|k)?sh$|^(?:python|perl|ruby)[\d.]*$"
                          r"|^(?:env|cmake|ctest|make|ninja|timeout)$")


class Programs:
    """Answers for a detector, each program read once."""

    def __init__(self, detectors: tuple):
        self._memcheck = "memcheck" in detectors
        self._traces = tuple({trace for detector in detectors
                              for trace in TRACES.get(detector, ())})
        self._known: dict = {}

    def looks_into(self, command: list, directory: str) -> bool:
        """Whether a detector looks into what `command` runs. Unknown detectors are believed."""
        words = [word for word in command[:WORDS_MAX] if isinstance(word, str)]
        if self._memcheck:
            return self._under_valgrind(words, directory)
        if not self._traces:
            return True
        paths = (os.path.join(directory, word.rpartition("=")[2]) for word in words)
        return any(self._has_trace(path) for path in paths)

    def _under_valgrind(self, words: list, directory: str) -> bool:
        position = next((i for i, word in enumerate(words)
                         if os.path.basename(word) in ("valgrind", "valgrind.bin")), None)
        if position is None:
            return False
        options = " ".join([os.environ.get("VALGRIND_OPTS", ""), *words[position:]])
        if "--trace-children=yes" in options:
            return True
        program = next((word for word in words[position + 1:] if not word.startswith("-")), "")
        return bool(program) and not _INTERPRETER.match(os.path.basename(program)) and \
            not _begins_with(os.path.join(directory, program), b"#!")

    def _has_trace(self, path: str) -> bool:
        if path not in self._known:
            if len(self._known) >= PROGRAMS_MAX:
                return True
            self._known[path] = _begins_with(path, b"\x7fELF") and _holds(path, self._traces)
        return self._known[path]


def _begins_with(path: str, magic: bytes) -> bool:
    try:
        if not os.path.isfile(path):
            return False
        with open(path, "rb") as file:
            return file.read(len(magic)) == magic
    except (OSError, ValueError):
        return False


def _holds(path: str, traces: tuple) -> bool:
    try:
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_size > PROGRAM_BYTES_MAX:
                return True
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as contents:
                return any(contents.find(trace) >= 0 for trace in traces)
    except (OSError, ValueError):
        return False


def not_instrumented(listed: list, detectors: tuple, instruments: tuple) -> tuple:
    """Names of the listed tests that no detector looks into; `instruments` are the prefixes of
    tests that prove the detectors and nothing else."""
    programs = Programs(detectors)
    return tuple(test.name for test in listed
                 if test.command and not test.name.startswith(instruments)
                 and not programs.looks_into(test.command, test.directory))
