"""Builds canaries at several levels of optimisation with each detector's own flags, runs them, and
compares what is reported with what the sources expect."""

from __future__ import annotations

import concurrent.futures
import os
import shlex
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

from canary_expectations import Canary, compiler_family
from canary_process import DETECTORS, built_with, command_under, run_bounded
from canary_reports import parse_reports
from canary_verdict import did_not_run, missed

from redzone_scripts.canary_presets import DetectorBuild

COMPILE_SECONDS = 120
RUN_SECONDS = 120
DETAIL_CHARS_MAX = 400

# What a run was. The first two are what the sources say, the others are not.
CAUGHT = "caught"
DOCUMENTED_MISS = "documented miss"
MISSED = "missed"
UNEXPECTEDLY_CAUGHT = "caught, though documented as missed"
DID_NOT_RUN = "did not run"
AS_DOCUMENTED = (CAUGHT, DOCUMENTED_MISS)


@dataclass(frozen=True)
class Job:
    """One program, for all the detectors that its build has."""

    canary: Canary
    builds: tuple  # DetectorBuild, all of one preset
    level: str

    def title(self) -> str:
        return f"{self.builds[0].compiler} {self.level} {self.builds[0].preset} {self.canary.name}"


@dataclass(frozen=True)
class Result:
    canary: str
    detector: str
    compiler: str
    preset: str
    level: str
    result: str
    expected: Optional[str]
    detail: str


def plan(canaries: list, builds: dict, detectors: list, compilers: list, levels: list) -> list:
    """The jobs for every canary with every chosen detector that it says something about."""
    jobs = []
    for canary in canaries:
        for compiler in compilers:
            of_presets: dict = {}
            for detector in canary.detectors():
                build = builds.get((detector, compiler)) if detector in detectors else None
                if build:
                    of_presets.setdefault(build.preset, []).append(build)
            jobs += [Job(canary, tuple(group), level)
                     for group in of_presets.values() for level in levels]
    return jobs


def run_jobs(jobs: list, workers: int, done: Callable[[Job], None]) -> list:
    """The results of all jobs, in the order of the jobs; `done` is called after each."""
    with tempfile.TemporaryDirectory(prefix="redzone-canaries-") as folder:
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            futures = {pool.submit(_run_job, job, os.path.join(folder, f"canary_{number}")): job
                       for number, job in enumerate(jobs)}
            try:
                for future in concurrent.futures.as_completed(futures):
                    done(futures[future])
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
            return [result for future in futures for result in future.result()]


def _run_job(job: Job, program: str) -> list:
    try:
        failure = _compile(job, program)
        return [_result(job, build, *((DID_NOT_RUN, failure) if failure
                                      else _run(job, build, program)))
                for build in job.builds]
    except OSError as error:
        return [_result(job, build, DID_NOT_RUN, str(error)) for build in job.builds]
    finally:
        Path(program).unlink(missing_ok=True)


def _compile(job: Job, program: str) -> str:
    """Why the canary could not be built, or nothing."""
    build = job.builds[0]
    escape = Path(__file__).resolve().parents[2] / "cmake" / "canaries"
    # The flags of cmake/RedzoneCanaries.cmake around those of the preset.
    command = [build.compiler, "-std=c++17", "-w", "-pthread", *build.flags, job.level,
               f"-I{escape}", job.canary.source, "-o", program]
    outcome = run_bounded(command, COMPILE_SECONDS, dict(os.environ, LC_ALL="C"))
    if outcome.status == 0 and os.path.isfile(program):
        return ""
    why = "took too long" if outcome.timed_out else f"exit status {outcome.status}"
    return f"{shlex.join(command)}: {why}: {outcome.output[-DETAIL_CHARS_MAX:].strip()}"


def _run(job: Job, build: DetectorBuild, program: str) -> tuple:
    detector = DETECTORS[build.detector]
    if not built_with(detector, program):
        return DID_NOT_RUN, f"the flags of {build.preset} build a program without {detector.title}"
    environment = {key: value for key, value in os.environ.items()
                   if key not in [one.options for one in DETECTORS.values()]}
    environment.update(build.environment)
    outcome = run_bounded(command_under(detector, program, "valgrind"), RUN_SECONDS, environment)
    reason = did_not_run(outcome, RUN_SECONDS)
    if not reason and detector.name == "memcheck" and "ERROR SUMMARY: " not in outcome.output:
        reason = f"Valgrind did not come to its end: {outcome.output[-DETAIL_CHARS_MAX:].strip()}"
    if reason:
        return DID_NOT_RUN, reason
    source_name = os.path.basename(job.canary.source)
    reports = [report for report in parse_reports(outcome.output)
               if report.detector == detector.name]
    miss = job.canary.miss(detector.name, compiler_family(build.compiler), job.level)
    if miss:
        if not reports:
            return DOCUMENTED_MISS, miss.reason
        return UNEXPECTEDLY_CAUGHT, "; ".join(report.describe(source_name) for report in reports)
    problems = missed(job.canary.expectations[detector.name], outcome, source_name)
    return (MISSED, "; ".join(problems)) if problems else (CAUGHT, "")


def _result(job: Job, build: DetectorBuild, result: str, detail: str) -> Result:
    expectation = job.canary.expectations.get(build.detector)
    return Result(job.canary.name, build.detector, build.compiler, build.preset, job.level, result,
                  expectation.describe() if expectation else None,
                  detail)
