"""Runs one command of a run: output to a file, or to whoever reads the terminal; a hard time
limit, no child left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

# How long a process may take to end after it was asked, before it is killed.
GRACE_S = 3.0
POLL_S = 0.1
# A session that still has processes after so many rounds of SIGKILL is left alone.
KILL_ROUNDS_MAX = 50
STATUS_CANNOT_START = 127


@dataclass
class StepResult:
    name: str
    status: int
    seconds: float
    timed_out: bool
    log: Path
    pid: int = 0

    def failure(self) -> str:
        """How it ended, for a reason; empty when it ended well."""
        if self.timed_out:
            return f"ran into the time limit after {self.seconds:.0f} s and was ended"
        if self.status < 0:
            return f"ended by signal {-self.status}"
        return f"failed with exit status {self.status}" if self.status else ""


def run_step(name: str, command: list, directory: Path, environment: dict, log: Path,
             limit_s: float, on_wait: Callable[[Path, float], None],
             output: Optional[Path] = None) -> StepResult:
    """Runs `command`; standard output goes to `output`, everything else to `log`."""
    began = time.monotonic()
    with open(log, "wb") as log_file, open(output or os.devnull, "wb") as output_file:
        try:
            process = subprocess.Popen(
                command, cwd=directory, env=environment, stdin=subprocess.DEVNULL,
                stdout=output_file if output else log_file, stderr=log_file,
                start_new_session=True)
        except OSError as error:
            log_file.write(f"error: {command[0]} cannot be started: {error}\n".encode())
            return StepResult(name, STATUS_CANNOT_START, 0.0, False, log)
        timed_out = False
        try:
            while True:
                try:
                    process.wait(timeout=POLL_S)
                    break
                except subprocess.TimeoutExpired:
                    elapsed = time.monotonic() - began
                    on_wait(log, elapsed)
                    if elapsed > limit_s:
                        timed_out = True
                        break
        finally:
            end_session(process)
    return StepResult(name, process.returncode, time.monotonic() - began, timed_out, log,
                      process.pid)


def run_shown(command: list, directory: Path, limit_s: float, capture: bool = False,
              **environment: str) -> tuple:
    """(exit status, standard output) of a command whose output people watch: with `capture` its
    standard output is returned, else it goes to standard error. The status is None when the time
    limit ended it; whatever ends the wait ends the command's whole session."""
    process = subprocess.Popen(
        [str(word) for word in command], cwd=directory, env={**os.environ, **environment},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE if capture else sys.stderr, text=True,
        start_new_session=True)
    try:
        text, _ = process.communicate(timeout=limit_s)
        return process.returncode, text or ""
    except subprocess.TimeoutExpired:
        return None, ""
    finally:
        end_session(process)
        if process.stdout:
            process.stdout.close()


def end_session(process: subprocess.Popen) -> None:
    """Ends what is left of the session that `process` leads, whatever process groups it made."""
    if process.poll() is None or _session_members(process.pid):
        _signal_members(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_S
        while time.monotonic() < deadline and _alive(process):
            time.sleep(POLL_S / 2)
    for _ in range(KILL_ROUNDS_MAX):
        if not _alive(process):
            break
        _signal_members(process.pid, signal.SIGKILL)
        time.sleep(POLL_S / 5)
    process.wait()


def _alive(process: subprocess.Popen) -> bool:
    return process.poll() is None or bool(_session_members(process.pid))


def _signal_members(session: int, number: int) -> None:
    for pid in _session_members(session):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def _session_members(session: int) -> list:
    """The living processes of a session; zombies are somebody else's to collect."""
    members = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", "rb") as stat:
                fields = stat.read().rpartition(b")")[2].split()
        except OSError:
            continue
        if len(fields) > 3 and fields[0] not in (b"Z", b"X") and int(fields[3]) == session:
            members.append(int(entry))
    return members
