"""Runs a program under its detector: bounded in time and in what it may print, with the options
that the environment names. Shared by run_canary.py and by the tests of the suppressions."""

from __future__ import annotations

import dataclasses
import os
import re
import selectors
import shlex
import signal
import subprocess
import time
from typing import Optional

# The longest report of a canary is 20 KiB; more than this is no report, and is cut.
OUTPUT_BYTES_MAX = 1 << 20


@dataclasses.dataclass(frozen=True)
class Detector:
    name: str
    title: str
    options: str  # the variable of the environment that holds its options
    traces: tuple[bytes, ...]  # one of these is in every program built with it
    suppresses: bool = True  # whether it takes a suppression file


DETECTORS = {
    detector.name: detector for detector in (
        Detector("asan", "AddressSanitizer", "ASAN_OPTIONS", (b"__asan_init",)),
        Detector("lsan", "LeakSanitizer", "LSAN_OPTIONS",
                 (b"__asan_init", b"__lsan_init", b"liblsan.so")),
        Detector("ubsan", "UndefinedBehaviorSanitizer", "UBSAN_OPTIONS", (b"__ubsan_handle_",)),
        Detector("tsan", "ThreadSanitizer", "TSAN_OPTIONS", (b"__tsan_init",)),
        Detector("msan", "MemorySanitizer", "MSAN_OPTIONS", (b"__msan_init",), suppresses=False),
        Detector("memcheck", "Valgrind memcheck", "VALGRIND_OPTS", ()),
    )
}


@dataclasses.dataclass(frozen=True)
class Outcome:
    status: Optional[int]  # negative: the signal that ended it; None: it was killed at the limit
    output: str
    timed_out: bool = False
    truncated: bool = False


def run_bounded(command: list[str], seconds: float,
                environment: Optional[dict[str, str]] = None) -> Outcome:
    """Runs `command` to its end, to the time limit, or to the limit of output. Raises OSError when
    it cannot be started."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, env=environment, start_new_session=True)
    deadline = time.monotonic() + seconds
    output = bytearray()
    timed_out = truncated = False
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdout, selectors.EVENT_READ)
            while True:
                remaining = deadline - time.monotonic()
                if remaining <= 0 or not selector.select(remaining):
                    timed_out = True
                    break
                part = os.read(child.stdout.fileno(), 1 << 16)
                if not part:
                    break
                output += part
                if len(output) > OUTPUT_BYTES_MAX:
                    truncated = True
                    break
        if not timed_out and not truncated:
            child.wait(max(deadline - time.monotonic(), 0.001))
    except subprocess.TimeoutExpired:
        timed_out = True
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)  # a session of its own: it and its children
            child.wait()
        child.stdout.close()
    text = bytes(output[:OUTPUT_BYTES_MAX]).decode("utf-8", "replace")
    status = None if timed_out or truncated else child.returncode
    return Outcome(status, text, timed_out, truncated)


def command_under(detector: Detector, program: str, valgrind: str,
                  more: tuple[str, ...] = ()) -> list[str]:
    """What to run: a sanitizer is in the program, memcheck is a program around it, which takes its
    options from VALGRIND_OPTS and from `more`."""
    return [valgrind, *more, program] if detector.name == "memcheck" else [program]


def built_with(detector: Detector, program: str) -> bool:
    """Whether the program has a trace of the detector. A statically linked AddressSanitizer brings
    the traces of others with it: True is a hint, False is certain."""
    if not detector.traces:
        return True
    longest = max(len(trace) for trace in detector.traces)
    with open(program, "rb") as contents:
        tail = b""
        while True:
            part = contents.read(1 << 20)
            if not part:
                return False
            if any(trace in tail + part for trace in detector.traces):
                return True
            tail = part[-longest:]


# One option, its value bare or quoted. The sanitizers separate options by ':', ',' or blanks.
_SANITIZER_SUPPRESSIONS = re.compile(
    r"""(?:^|(?<=[\s,:]))suppressions=('[^']*'|"[^"]*"|[^\s,:]*)""")
_VALGRIND_SUPPRESSIONS = re.compile(r"""(?:^|(?<=\s))--suppressions=('[^']*'|"[^"]*"|\S*)""")


def _pattern(detector: Detector) -> re.Pattern[str]:
    return _VALGRIND_SUPPRESSIONS if detector.name == "memcheck" else _SANITIZER_SUPPRESSIONS


def suppression_files(detector: Detector, options: str) -> list[str]:
    """The suppression files that `options` name, as the detector reads them: of several
    suppressions= a sanitizer takes the last one, Valgrind all."""
    values = [value[1:-1] if value[:1] in ("'", '"') else value
              for value in _pattern(detector).findall(options)]
    return values if detector.name == "memcheck" else values[-1:]


def with_suppressions(detector: Detector, options: str, path: str) -> str:
    """`options` with `path` in place of every suppression file they name. Raises ValueError for a
    path that cannot be quoted."""
    if "'" in path:
        raise ValueError(f"a path with a single quote cannot stand in {detector.options}: {path}")
    return _pattern(detector).sub(lambda found: f"{found.group(0).split('=')[0]}='{path}'", options)


_RUNTIME = re.compile(r"lib(?:asan|lsan|tsan|ubsan|clang_rt\.)[^/]*$")


def preload_problems(environment: dict[str, str]) -> list[str]:
    """A library that is loaded before the detector's may take its place without a word."""
    libraries = re.split(r"[\s:]+", environment.get("LD_PRELOAD", ""))
    strange = [library for library in libraries if library and not _RUNTIME.search(library)]
    if not strange:
        return []
    return [f"LD_PRELOAD loads '{strange[0]}' before the detector's own library, so that what the "
            "detector says is worth nothing.\nNext step: unset LD_PRELOAD"]


def options_problems(detector: Detector, environment: dict[str, str], preset: str) -> list[str]:
    """Why the environment does not give the detector the options of a test preset, if so."""
    step = f"Next step: ctest --preset {preset}" if preset else (
        f"Next step: run ctest with the test preset that sets {detector.options}")
    options = environment.get(detector.options, "")
    problems = preload_problems(environment)
    files = suppression_files(detector, options) if detector.suppresses else []
    missing = "" if files or (options and not detector.suppresses) else (
        "does not name a suppression file" if options else "is not set")
    if missing:
        problems.insert(0, f"{detector.options} {missing}: the options of the test preset are not "
                        f"in force.\n{step}")
    for path in files:
        if not os.path.isabs(path):
            problems.append(f"{detector.options} names the suppression file '{path}', which is no "
                            f"absolute path and depends on the working directory.\n{step}")
        elif not os.path.isfile(path):
            problems.append(f"{detector.options} names the suppression file '{path}', which does "
                            f"not exist.\nNext step: restore it, for example: git checkout -- "
                            f"{shlex.quote(path)}")
    return problems


def valgrind_error_status(options: str) -> Optional[int]:
    """The exit status that VALGRIND_OPTS asks for when there are errors; the last one counts."""
    found = re.findall(r"(?:^|\s)--error-exitcode=(\d+)", options)
    return int(found[-1]) if found else None
