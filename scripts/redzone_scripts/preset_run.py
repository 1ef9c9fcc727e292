"""Takes one preset from set-up to verdict."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from .build_description import FILE_NAME
from .ctest_log import LogError, read_test_list
from .decide import Run, Verdict, decide, decide_unfinished
from .presets import Preset
from .progress import Progress
from .step import StepResult, run_step

# Hard limits in seconds, several times what a step of redzone takes on two slow cores.
LIMITS_S = {"set-up": 1200.0, "configure": 600.0, "build": 3600.0, "list": 300.0, "test": 7200.0}

# Variables that make a run leave tests out, or run something else than the preset says.
# TESTBRIDGE_TEST_ONLY is a filter of GoogleTest; CLICOLOR_FORCE colours what ctest prints, and its
# summary is read.
UNWANTED = ("TESTBRIDGE_TEST_ONLY", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS",
            "MSAN_OPTIONS", "VALGRIND_OPTS", "CMAKE_CROSSCOMPILING_EMULATOR",
            "CTEST_OUTPUT_ON_FAILURE", "CTEST_NO_TESTS_ACTION", "CTEST_PROGRESS_OUTPUT",
            "CLICOLOR_FORCE")
UNWANTED_PREFIXES = ("GTEST_",)


def clean_environment() -> dict:
    """Ours, without what makes a test run another part of itself, or Valgrind another tool."""
    return {key: value for key, value in os.environ.items()
            if key not in UNWANTED and not key.startswith(UNWANTED_PREFIXES)}


@dataclass
class Plan:
    """What holds for every preset of a run."""

    source: Path
    jobs: int
    setup: Optional[Path]
    limit_s: Optional[float]
    progress: Progress


@dataclass
class PresetResult:
    preset: str
    verdict: Verdict
    log_dir: Optional[Path] = None
    seconds: float = 0.0
    steps: list = field(default_factory=list)


class PresetRun:
    """The steps of one preset. `result` is true to what was reached at any moment, so that an
    interrupted run can show it."""

    def __init__(self, plan: Plan, preset: Preset):
        self._plan = plan
        self._preset = preset
        self._step = "set-up"
        self._log_dir = preset.build_dir / "memory-checks"
        self._began = time.monotonic()
        self._environment = {**clean_environment(), "REDZONE_NO_BUILD": "1"}
        self.result = PresetResult(preset.name, decide_unfinished(preset.name, "start", "not run"),
                                   self._log_dir)

    def run(self) -> PresetResult:
        try:
            self.result.verdict = self._verdict()
        except KeyboardInterrupt:
            self.result.verdict = decide_unfinished(self._preset.name, self._step, "interrupted")
            raise
        except OSError as error:
            self.result.verdict = decide_unfinished(self._preset.name, self._step, str(error))
        finally:
            self.result.seconds = time.monotonic() - self._began
        return self.result

    def _verdict(self) -> Verdict:
        name, build_dir = self._preset.name, self._preset.build_dir
        self._log_dir.mkdir(parents=True, exist_ok=True)
        for stale in [*self._log_dir.glob("*.log"), self._log_dir / "tests.json",
                      build_dir / FILE_NAME]:
            stale.unlink(missing_ok=True)

        steps = [("configure", ["cmake", "--preset", name], None),
                 ("build", ["cmake", "--build", str(build_dir), "-j", str(self._plan.jobs)], None),
                 ("list", ["ctest", "--preset", name, "--show-only=json-v1"],
                  self._log_dir / "tests.json")]
        if self._plan.setup is not None:
            steps.insert(0, ("set-up", [str(self._plan.setup), name], None))
        for step, command, output in steps:
            result = self._run(step, command, output)
            if result.failure():
                return decide_unfinished(name, step, result.failure(), result.log)
        try:
            listed = read_test_list(self._log_dir / "tests.json")
        except LogError as error:
            return decide_unfinished(name, "list", str(error))
        return self._test(listed)

    def _test(self, listed: list) -> Verdict:
        name, build_dir = self._preset.name, self._preset.build_dir
        (build_dir / "Testing" / "Temporary" / "LastTest.log").unlink(missing_ok=True)
        started_at = time.time()
        result = self._run("test", ["ctest", "--preset", name, "-j", str(self._plan.jobs),
                                    "--no-tests=error"], None)
        return decide(Run(build_dir, result.status, name, listed, started_at, result.log,
                          result.timed_out))

    def _run(self, step: str, command: list, output: Optional[Path]) -> StepResult:
        self._step = step
        progress = self._plan.progress
        progress.begin(self._preset.name, step)
        result = run_step(step, command, self._plan.source, self._environment,
                          self._log_dir / f"{step}.log", self._plan.limit_s or LIMITS_S[step],
                          progress.waiting, output)
        self.result.steps.append(result)
        progress.end(self._preset.name, step, result.seconds, result.failure())
        return result
