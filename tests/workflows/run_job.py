#!/usr/bin/env python3
"""Runs the steps of one job of a workflow on this machine, in a clone of its own.

Only `run:` steps are run. Of the actions, checkout is played by a clone of HEAD with its depth;
the others (artifacts) are skipped and named, and so are steps of apt-get unless --apt is given.
There is no container: the job sees this machine."""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from expressions import UnknownExpression, evaluate, substitute
from workflow_document import NoWorkflow, needs_of, read_workflow

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("PATH", "HOME", "USER", "TMPDIR", "http_proxy", "https_proxy", "no_proxy")
STATUS_TIMED_OUT = 124
EPILOG = """\
examples: tests/workflows/run_job.py ci.yml lint
          tests/workflows/run_job.py ci.yml gate --need scripts=failure --need lint=skipped
          tests/workflows/run_job.py memory-safety.yml detectors --matrix preset=asan-clang \\
            --matrix step_seconds=1500
exit status: 0 every step passed, 1 a step failed, 2 wrong command line, 3 it cannot be run here."""


class CannotRun(Exception):
    """The job or an expression of it is not for this machine."""


def pair(text):
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise argparse.ArgumentTypeError(f"'{text}' is not KEY=VALUE")
    return key, value


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="tests/workflows/run_job.py", description=__doc__, epilog=EPILOG, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workflow", help="file in .github/workflows, or a path")
    parser.add_argument("job")
    for name, words in (("matrix", "a value of the matrix"), ("input", "an input"),
                        ("need", "JOB=RESULT, of a job that it needs (default: success)"),
                        ("need-output", "JOB.NAME=VALUE, an output of a job that it needs"),
                        ("github", "a value of the github context, such as ref_name=v1")):
        parser.add_argument(f"--{name}", action="append", default=[], type=pair,
                            metavar="KEY=VALUE", help=f"{words}; repeatable")
    parser.add_argument("--pass", action="append", default=[], dest="passed", metavar="NAME",
                        help="hand on this variable of the environment; repeatable")
    parser.add_argument("--apt", action="store_true", help="run steps of apt-get too")
    parser.add_argument("--minutes", type=float, metavar="N",
                        help="time limit of the job (default: its own)")
    parser.add_argument("--files", type=Path, metavar="DIR",
                        help="copy these files into the clone, as a downloaded artifact would be")
    parser.add_argument("--source", type=Path, default=ROOT, metavar="DIR",
                        help="the repository to clone (default: this one)")
    parser.add_argument("--keep", type=Path, metavar="DIR",
                        help="make the clone here and leave it (default: a temporary folder)")
    return parser.parse_args(arguments)


class Job:
    """A job with its contexts; `run` returns the exit status."""

    def __init__(self, options, workflow, clone, files):
        self.options, self.clone = options, clone
        self.job = workflow.jobs[options.job]
        self.files = files  # where GITHUB_OUTPUT and GITHUB_STEP_SUMMARY are
        results = {name: {"result": "success", "outputs": {}} for name in needs_of(self.job)}
        for name, result in options.need:
            results.setdefault(name, {"outputs": {}})["result"] = result
        for name, value in options.need_output:
            job, _, key = name.partition(".")
            results.setdefault(job, {"result": "success", "outputs": {}})["outputs"][key] = value
        self.contexts = {"matrix": dict(options.matrix), "inputs": dict(options.input),
                         "needs": results, "github": dict(options.github), "steps": {}}
        environment = {key: os.environ[key] for key in (*KEPT, *options.passed)
                       if key in os.environ}
        environment.update(CI="true", GITHUB_ACTIONS="true", GITHUB_WORKSPACE=str(clone))
        for key, value in options.github:
            environment[f"GITHUB_{key.upper()}"] = value
        for part in (workflow.document, self.job):
            environment.update(self.values(part.get("env")))
        self.environment = environment

    def values(self, mapping):
        return {key: substitute(value, self.contexts) for key, value in (mapping or {}).items()}

    def run(self):
        minutes = self.options.minutes
        if minutes is None:
            minutes = substitute(self.job.get("timeout-minutes", 360), self.contexts) or "360"
        deadline = time.monotonic() + 60 * float(minutes)
        failed = False
        for index, step in enumerate(self.job.get("steps", []), 1):
            name = step.get("name") or step.get("uses") or f"step {index}"
            condition = step.get("if", "success()")
            if failed and condition == "success()":
                say(name, "skipped, because a step failed")
                continue
            evaluate(condition, self.contexts)  # an unknown one ends here
            if "run" in step:
                failed = self.run_step(name, step, index, deadline) != 0 or failed
            else:
                self.play(name, step)
        return 1 if failed else 0

    def play(self, name, step):
        if not step.get("uses", "").startswith("actions/checkout@"):
            say(name, f"skipped: {step.get('uses')} runs on GitHub only")
            return
        depth = (step.get("with") or {}).get("fetch-depth", 1)
        command = ["git", "clone", "--quiet", "--no-local", f"file://{self.options.source}"]
        command += [f"--depth={depth}"] if depth else []
        done = subprocess.run([*command, str(self.clone)], check=False, timeout=600,
                              stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise CannotRun(f"{self.options.source} cannot be cloned to {self.clone}")
        if self.options.files:
            shutil.copytree(self.options.files, self.clone, dirs_exist_ok=True)
        say(name, f"a clone of {self.options.source}, depth {depth or 'whole'}")

    def run_step(self, name, step, index, deadline):
        command = substitute(step["run"], self.contexts)
        if command.startswith("apt-get") and not self.options.apt:
            say(name, f"skipped: {command}")
            return 0
        output = self.files / f"output-{index}"
        output.touch()
        summary = self.files / "summary.md"
        environment = {**self.environment, **self.values(step.get("env")),
                       "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
        folder = self.clone / step.get("working-directory", ".")
        if not folder.is_dir():
            raise CannotRun(f"the step '{name}' runs before there is a checkout")
        say(name, command)
        began = time.monotonic()
        status = run_bash(command, folder, environment, deadline - began)
        ended = "passed" if status == 0 else f"FAILED with {status}"
        say(name, f"{ended}, {time.monotonic() - began:.1f} s")
        for line in output.read_text().splitlines():
            key, equals, value = line.partition("=")
            if "id" in step and equals:
                steps = self.contexts["steps"]
                steps.setdefault(step["id"], {"outputs": {}})["outputs"][key] = value
        return status

    def outputs(self):
        return self.values(self.job.get("outputs"))


def run_bash(command, folder, environment, limit_s):
    """As GitHub starts a step whose shell is bash; its children end with it."""
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as script:
        script.write(command + "\n")
        script.flush()
        process = subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script.name], cwd=folder,
            env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            return process.wait(timeout=max(limit_s, 0.1))
        except subprocess.TimeoutExpired:
            return STATUS_TIMED_OUT
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def say(step, words):
    print(f"run_job: {step}: {words}", flush=True)


def main(arguments):
    options = parse(arguments)
    options.source = options.source.resolve()
    path = Path(options.workflow)
    if not path.is_file():
        path = options.source / ".github" / "workflows" / options.workflow
    try:
        workflow = read_workflow(path.name, path.read_text())
        if options.job not in workflow.jobs:
            print(f"run_job: {path.name} has no job '{options.job}'; it has: "
                  f"{', '.join(workflow.jobs)}", file=sys.stderr)
            return 2
        with tempfile.TemporaryDirectory(prefix="run-job-") as holder:
            clone = (options.keep or Path(holder) / "clone").resolve()
            job = Job(options, workflow, clone, Path(holder))
            status = job.run()
            outputs = {key: value for key, value in job.outputs().items() if value}
            summary = Path(holder) / "summary.md"
            if summary.exists():
                print(f"run_job: step summary:\n{summary.read_text()}")
    except (CannotRun, UnknownExpression, NoWorkflow, OSError) as error:
        print(f"run_job: {error}\nNext step: tests/workflows/run_job.py --help", file=sys.stderr)
        return 3
    for key, value in outputs.items():
        say("outputs", json.dumps({key: value}))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
