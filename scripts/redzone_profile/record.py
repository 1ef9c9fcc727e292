"""Runs one target under a tool and reads the profile, or says precisely why there is none."""

from __future__ import annotations

import re
import signal
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from redzone_scripts.progress import Progress
from redzone_scripts.step import StepResult, run_step
from redzone_scripts.text_lines import quote, read_lines

from .sites import Profile, ProfileError
from .targets import Target, check_target, file_stem
from .tools import Recording

# What the program prints and the profile may take on disk together.
WRITTEN_BYTES_MAX = 2 * 1024 * 1024 * 1024
# A shell, which heaptrack is, says by 128 + N that its program was ended by the signal N.
SHELL_SIGNALS = range(129, 129 + 64)
LAST_LINES = 3
# What the profilers print around the output of the program.
OF_THE_TOOL = re.compile(
    r"==\d+==|heaptrack (?:output|stats)|\t(?:leaked |temporary )?allocations:|Heaptrack finished|"
    r"  heaptrack --analyze|starting application|/\S*/libheaptrack_")


@dataclass
class Plan:
    tool: str
    source: Path
    output: Path
    limit_s: float
    progress: Progress


@dataclass
class Run:
    """`profile` is there whenever the program came to its own end, whatever its exit status."""

    target: Target
    seconds: float = 0.0
    exit_status: Optional[int] = None
    profile: Optional[Profile] = None
    path: Optional[Path] = None
    look_closer: str = ""
    error: Optional[str] = None


def record(target: Target, plan: Plan, environment: dict) -> Run:
    run = Run(target)
    try:
        check_target(target, plan.tool)
        _record(run, plan, {**environment, **target.environment})
    except (ProfileError, OSError) as error:
        run.profile = None
        run.error = str(error)
    finally:
        plan.progress.clear()
    return run


def _record(run: Run, plan: Plan, environment: dict) -> None:
    target = run.target
    recording = Recording(plan.tool, plan.output, file_stem(target.name))

    def waiting(log: Path, elapsed: float) -> None:
        plan.progress.waiting(log, elapsed)
        if recording.written_bytes() > WRITTEN_BYTES_MAX:
            raise ProfileError(f"{target.name}: its output and the profile are more than "
                               f"{WRITTEN_BYTES_MAX} bytes; it was ended\nNext step: profile a "
                               f"shorter run; output: {log}")

    plan.progress.begin(plan.tool, target.name)
    result = run_step(target.name, recording.command(target.command), target.directory,
                      recording.environment(environment), recording.log, plan.limit_s, waiting)
    recording.collect(result.pid)
    run.seconds = result.seconds
    failure = _ended_early(result, plan)
    if failure:
        raise ProfileError(f"{target.name}: {failure}\n{_last_lines(recording.log)}"
                           f"Next step: read {recording.log}")
    run.exit_status = result.status
    run.profile = recording.read(plan.source, plan.limit_s)
    run.path, run.look_closer = recording.path(), recording.look_closer()
    if result.status:
        run.error = (f"{target.name}: the program failed with exit status {result.status}; the "
                     f"numbers are those of the failed run\n{_last_lines(recording.log)}"
                     f"Next step: read {recording.log}")


def _ended_early(result: StepResult, plan: Plan) -> str:
    """Why the program did not come to its own end; empty when it did."""
    if result.timed_out:
        hint = ("; heaptrack also waits for ever for a program that it cannot be loaded into"
                if plan.tool == "heaptrack" else "")
        return (f"ran into the time limit of {plan.limit_s:g} s and was ended, no profile{hint} "
                "(--time-limit sets another)")
    number = -result.status
    if plan.tool == "heaptrack" and result.status in SHELL_SIGNALS:
        number = result.status - 128
    if number <= 0:
        return ""
    try:
        name = f" ({signal.Signals(number).name})"
    except ValueError:
        name = ""
    return f"the program was ended by signal {number}{name}; a profile of half a run is not shown"


def _last_lines(log: Path) -> str:
    last = deque(maxlen=LAST_LINES)
    for _, text in read_lines(log):
        if text.strip() and not OF_THE_TOOL.match(text):
            last.append(text)
    return "".join(f"  {quote(text)}\n" for text in last)
