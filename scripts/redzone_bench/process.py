"""One process, measured from outside: what the kernel says about it when it has ended."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from redzone_scripts.step import end_session

OUTPUT_BYTES_MAX = 64 << 20
SHOWN_LINES = 3


class BenchError(Exception):
    """A measurement could not be made; the text says why and what to do."""


@dataclass(frozen=True)
class Measured:
    wall_s: float
    cpu_s: float  # user and system, of the process and the children that it waited for
    peak_kib: int  # of the largest of them
    output: bytes


def measure(command: list, cpus: set, limit_s: float, folder: Path,
            environment: dict | None = None) -> Measured:
    """Runs `command` on `cpus` in `folder`, with `environment` beside this process's own; a failure
    of any kind is a BenchError."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        began = time.monotonic()
        try:
            process = subprocess.Popen(
                [str(word) for word in command], cwd=folder, stdin=subprocess.DEVNULL,
                stdout=output, stderr=errors, start_new_session=True,
                env={**os.environ, **(environment or {})},
                preexec_fn=lambda: os.sched_setaffinity(0, cpus))
        except (OSError, subprocess.SubprocessError) as error:
            raise BenchError(f"{command[0]} cannot be started: {error}") from error
        ran_out = threading.Event()

        def end() -> None:
            ran_out.set()
            end_session(process)

        watch = threading.Timer(limit_s, end)
        watch.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
            wall_s = time.monotonic() - began
            process.returncode = os.waitstatus_to_exitcode(status)
        except ChildProcessError:  # the watch has ended and collected it
            status = 1
        finally:
            watch.cancel()
            watch.join()
            end_session(process)
        if ran_out.is_set():
            raise BenchError(f"{command[0]} ran into the time limit of {limit_s:.0f} s; next step: "
                             "a longer --time-limit")
        if process.returncode != 0:
            raise BenchError(f"{' '.join(map(str, command))} failed with {process.returncode}: "
                             f"{_end_of(errors)}")
        output.seek(0)
        text = output.read(OUTPUT_BYTES_MAX + 1)
        if len(text) > OUTPUT_BYTES_MAX:
            raise BenchError(f"{command[0]} printed more than {OUTPUT_BYTES_MAX >> 20} MiB")
    return Measured(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, text)


def _end_of(file) -> str:
    file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
    lines = file.read().decode(errors="replace").splitlines()
    return " / ".join(line.strip() for line in lines[-SHOWN_LINES:]) or "it printed no error"
