"""The rules that every workflow of this repository keeps. A rule yields what breaks it.

check(workflows, place) returns a list of (rule, file, what is wrong). mutations.py holds for each
rule what it must refuse.
"""

import json
import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from workflow_document import needs_of

RUNNER = "ubuntu-24.04"
IMAGE = "debian:12"
OPTIONS = "--security-opt seccomp=unconfined --cap-add SYS_PTRACE"
# For the whole system: what the environment allows git, git does not hand to its upload-pack, and
# a clone of the checkout would be refused.
BEFORE_CHECKOUT = ("apt-get -q update && apt-get -q install -y --no-install-recommends "
                   "ca-certificates git python3 && git config --system safe.directory '*'")
# Jobs that neither build nor install, and run on GitHub's machine itself.
WITHOUT_CONTAINER = {("ci.yml", "gate"), ("memory-safety.yml", "matrix"),
                     ("memory-safety.yml", "verdict"), ("release.yml", "publish")}
MAY_WRITE = {("release.yml", "publish"): {"contents": "write"}}
# Commands beside the scripts of the repository.
PROGRAMS = ("apt-get", "gh", "redzone", "sha256sum")
# The jobs whose steps look at the history of git.
WHOLE_HISTORY = {("ci.yml", "lint"), ("release.yml", "build")}
WITHOUT_A_CHANGE = {"schedule", "workflow_dispatch", "workflow_call"}
TRIGGERS = {
    "ci.yml": {"push": {"branches": ["main"]}, "pull_request": None},
    "release.yml": {"push": {"tags": ["v*"]}, "workflow_dispatch": None},
}
JOB_MINUTES_MAX = 60
# What a job is there for. A green job that no longer does it proves nothing.
SUBSTANCE = {
    ("ci.yml", "test"): [
        "scripts/setup normal", "setarch -R scripts/test --label-exclude script"],
    ("ci.yml", "scripts"): [
        "scripts/setup normal", "setarch -R scripts/test --label-regex script"],
    ("ci.yml", "lint"): ["scripts/setup normal lint", "scripts/ci/lint"],
    ("ci.yml", "gate"): ["scripts/ci/gate"],
    ("memory-safety.yml", "detectors"): [
        'setarch -R scripts/memory-checks --preset "$PRESET" --time-limit "$STEP_SECONDS" '
        "--write json=memory-checks.json"],
    ("memory-safety.yml", "canaries"): [
        "setarch -R scripts/canaries --matrix --write markdown=docs/canaries.md"],
    ("memory-safety.yml", "instruments"): [
        "scripts/setup normal asan-clang tsan-clang valgrind coverage profile bench lint",
        "setarch -R scripts/test"],
    ("memory-safety.yml", "verdict"): ["scripts/ci/gate"],
    ("release.yml", "build"): ['scripts/release --tag "$GITHUB_REF_NAME" --output dist'],
    ("release.yml", "install"): [
        "apt-get -q install -y --no-install-recommends ./dist/*.deb", "redzone --version"],
    ("release.yml", "publish"): [
        "scripts/ci/gate --output memory-safety.verdict=clean",
        "sha256sum --check --strict SHA256SUMS"],
}
# What stands on a step or a job beyond these lists can leave it out, or change what it does.
WORKFLOW_KEYS = {"name", "on", "permissions", "concurrency", "defaults", "jobs"}
JOB_KEYS = {"name", "needs", "if", "runs-on", "timeout-minutes", "permissions", "container",
            "outputs", "env", "steps", "uses"}
STEP_KEYS = {"name", "id", "if", "uses", "with", "env", "run", "working-directory"}
# The jobs that look at the others; the rules `gate` and `schedule` say under which conditions.
WITH_A_CONDITION = {("ci.yml", "gate"), ("memory-safety.yml", "matrix"),
                    ("memory-safety.yml", "verdict"), ("release.yml", "publish")}


@dataclass(frozen=True)
class Place:
    """The repository that the workflows belong to."""

    root: Path
    pins: dict

    @staticmethod
    def of(root, pins_file):
        return Place(root, json.loads(pins_file.read_text()))


RULES = {}


def rule(name):
    def register(function):
        RULES[name] = function
        return function
    return register


def check(workflows, place, only=None):
    found = []
    for name, function in RULES.items():
        for workflow in workflows if only in (None, name) else []:
            found += [(name, workflow.name, words) for words in function(workflow, place)]
    return found


def values_of(value, key):
    """Every value that stands under `key`, at any depth."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == key:
                yield inner
            yield from values_of(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from values_of(inner, key)


@rule("permissions")
def permissions(workflow, _place):
    """Nothing by default, and each job asks for reading; only one may write."""
    if workflow.document.get("permissions") != {}:
        yield "the workflow does not begin with `permissions: {}`"
    for name, job in workflow.jobs.items():
        wanted = MAY_WRITE.get((workflow.name, name), {"contents": "read"})
        if job.get("permissions") != wanted:
            yield f"{name}: its permissions are {job.get('permissions')}, not {wanted}"


@rule("pins")
def pins(workflow, place):
    """Each action by the hash of the table, with its version as a comment."""
    lines = [line.strip() for line in workflow.text.splitlines()
             if re.match(r"\s*(?:- )?(?:uses|\"uses\"|'uses')\s*:", line)]
    uses = list(values_of(workflow.document, "uses"))
    if len(lines) != len(uses):
        yield f"{len(uses)} actions stand in {len(lines)} lines of their own"
    for name in uses:
        action, _, revision = str(name).partition("@")
        if action.startswith("./"):
            if revision or not (place.root / action).is_file():
                yield f"{name}: there is no such workflow here"
            continue
        pin = place.pins.get(action)
        if pin is None or revision != pin["hash"]:
            yield f"{name}: not the hash of pins.json"
            continue
        for line in lines:
            if f" {name}" in line and not line.endswith(f" {name} # {pin['version']}"):
                yield f"{name}: its line does not end in '# {pin['version']}'"


@rule("hidden_failures")
def hidden_failures(workflow, _place):
    """Nothing makes a red step green."""
    if any(values_of(workflow.document, "continue-on-error")):
        yield "continue-on-error"
    for name, _, step in workflow.steps():
        match = re.search(r"\|\||set \+|;|\bexit\b|&\s*$|(?<!&)&(?!&)|(?<!\|)\|(?!\|)",
                          str(step.get("run", "")))
        if match:
            yield f"{name}: '{match.group()}' in: {step['run']}"


@rule("one_command")
def one_command(workflow, place):
    """A step is one line: a script of the repository, with options that it has, or a program."""
    for name, _, step in workflow.steps():
        command = step.get("run")
        if command is None or command == BEFORE_CHECKOUT:
            continue
        if "\n" in command.strip() or "&&" in command:
            yield f"{name}: more than one command: {command}"
            continue
        words = shlex.split(command)
        if words[:2] == ["setarch", "-R"]:
            words = words[2:]
        if words and words[0].startswith("scripts/"):
            yield from script_problems(name, words, place)
        elif not words or words[0] not in PROGRAMS:
            yield f"{name}: neither a script of the repository nor one of {PROGRAMS}: {command}"


def script_problems(job, words, place):
    script = place.root / words[0]
    if not (script.is_file() and os.access(script, os.X_OK)):
        yield f"{job}: there is no script {words[0]}"
        return
    for option in [word.partition("=")[0] for word in words if word.startswith("--")]:
        if not re.search(rf"{re.escape(option)}(?![\w-])", help_of(script)):
            yield f"{job}: {words[0]} has no option {option}"
    for page in [word.partition("=")[2] for word in words if word.startswith("markdown=")]:
        if not (place.root / page).is_file():
            yield f"{job}: {words[0]} writes into a page, and there is no {page}"
    literal = tuple(word for word in words[1:] if re.fullmatch(r"[a-z][a-z-]*", word))
    if words[0] == "scripts/setup" and not (literal and knows_presets(script, literal)):
        yield f"{job}: scripts/setup does not know {literal}"


@lru_cache(maxsize=100)
def help_of(script):
    """Empty when the script has no --help."""
    done = subprocess.run([script, "--help"], capture_output=True, text=True, timeout=60,
                          check=False, stdin=subprocess.DEVNULL)
    return done.stdout if done.returncode == 0 else ""


@lru_cache(maxsize=100)
def knows_presets(script, presets):
    done = subprocess.run([script, "--dry-run", *presets], capture_output=True, timeout=60,
                          check=False, stdin=subprocess.DEVNULL)
    return done.returncode == 0


@rule("substance")
def substance(workflow, _place):
    """Each job does what it is there for, in a step that no condition leaves out."""
    names = {name for file, name in SUBSTANCE if file == workflow.name}
    for name in names - set(workflow.jobs):
        yield f"there is no job {name}"
    for name in names & set(workflow.jobs):
        steps = {str(step["run"]).strip(): step for step in workflow.jobs[name].get("steps", [])
                 if "run" in step}
        for command in SUBSTANCE[workflow.name, name]:
            if command not in steps:
                yield f"{name}: no step is: {command}"
            elif "if" in steps[command] and name != "verdict":
                yield f"{name}: a condition on: {command}"


@rule("conditions")
def conditions(workflow, _place):
    """A step that is left out is green, and one that always runs does so behind a red gate."""
    for key in set(workflow.document) - WORKFLOW_KEYS:
        yield f"{key} for the whole workflow"
    for name, job in workflow.jobs.items():
        allowed = JOB_KEYS | ({"strategy"} if name == "detectors" else set())
        if "if" in job and (workflow.name, name) not in WITH_A_CONDITION:
            yield f"{name}: runs if {job['if']}"
        for key in set(job) - allowed:
            yield f"{name}: {key}"
    for name, _, step in workflow.steps():
        for key in set(step) - STEP_KEYS:
            yield f"{name}: {key} on a step"
        if "if" in step and (step["if"] != "always()" or workflow.name != "memory-safety.yml"):
            yield f"{name}: a step runs if {step['if']}"


@rule("injection")
def injection(workflow, _place):
    """No expression inside of a command: its value would be read as shell."""
    for name, _, step in workflow.steps():
        if "${{" in str(step.get("run", "")):
            yield f"{name}: an expression in: {step['run']}"


@rule("secrets")
def secrets(workflow, _place):
    """No secret; github.token only where the release is published, and for no other step."""
    for name, job in workflow.jobs.items():
        text = json.dumps(job)
        if "secrets" in text:
            yield f"{name}: a secret"
        if "github.token" in text and (workflow.name, name) not in MAY_WRITE:
            yield f"{name}: github.token"
        if (workflow.name, name) in MAY_WRITE and "github.token" in json.dumps(job.get("env", {})):
            yield f"{name}: github.token for the whole job"


@rule("time_limits")
def time_limits(workflow, _place):
    """Every job has a limit; a call of another workflow has those of its jobs."""
    for name, job in workflow.jobs.items():
        limit = job.get("timeout-minutes")
        if "uses" in job or limit == "${{ matrix.minutes }}":
            continue
        if not isinstance(limit, int) or not 0 < limit <= JOB_MINUTES_MAX:
            yield f"{name}: timeout-minutes is {limit}"


@rule("container")
def container(workflow, _place):
    """What builds or installs runs in the oldest supported distribution, traceable."""
    for name, job in workflow.jobs.items():
        if "uses" in job:
            continue
        if job.get("runs-on") != RUNNER:
            yield f"{name}: runs on {job.get('runs-on')}, not {RUNNER}"
        wanted = {"image": IMAGE, "options": OPTIONS}
        if (workflow.name, name) in WITHOUT_CONTAINER:
            wanted = None
        if job.get("container") != wanted:
            yield f"{name}: its container is {job.get('container')}, not {wanted}"


@rule("shell")
def shell(workflow, _place):
    """bash, which GitHub starts with -eo pipefail when it is named; a container's is sh."""
    if workflow.document.get("defaults") != {"run": {"shell": "bash"}}:
        yield "its defaults are not `run: {shell: bash}`"
    for name, job, step in workflow.steps():
        if "shell" in step or "defaults" in job:
            yield f"{name}: a shell of its own"


@rule("checkout")
def checkout(workflow, _place):
    """In a container git comes first, else there is no .git, and it is told to read a checkout that
    belongs to another user; no token stays in the clone."""
    for name, job in workflow.jobs.items():
        steps = job.get("steps", [])
        for index, step in enumerate(steps):
            if not str(step.get("uses", "")).startswith("actions/checkout@"):
                continue
            settings = step.get("with") or {}
            if settings.get("persist-credentials") is not False:
                yield f"{name}: persist-credentials is not false"
            depth = 0 if (workflow.name, name) in WHOLE_HISTORY else None
            if settings.get("fetch-depth") != depth:
                yield f"{name}: fetch-depth is {settings.get('fetch-depth')}, not {depth}"
            if "container" in job:
                if index != 1 or steps[0].get("run") != BEFORE_CHECKOUT:
                    yield f"{name}: the step before the checkout is not: {BEFORE_CHECKOUT}"


@rule("triggers")
def triggers(workflow, _place):
    """No trigger hands write access to a stranger's change; the detectors never block one."""
    wanted = TRIGGERS.get(workflow.name)
    if wanted is not None and workflow.triggers != wanted:
        yield f"its triggers are {workflow.triggers}, not {wanted}"
    if wanted is None and not set(workflow.triggers) <= WITHOUT_A_CHANGE:
        yield f"its triggers are {list(workflow.triggers)}, not of {sorted(WITHOUT_A_CHANGE)}"


@rule("schedule")
def schedule(workflow, _place):
    """Not at the full hour, when GitHub drops runs; and not in forks."""
    entries = workflow.triggers.get("schedule") or []
    for entry in entries:
        minute = str(entry.get("cron", "")).split(" ")[0]
        if not re.fullmatch(r"[0-9]{1,2}", minute) or not 0 < int(minute) < 60:
            yield f"minute '{minute}'"
    for name, job in workflow.jobs.items() if entries else []:
        guard = "github.event_name != 'schedule' || github.event.repository.fork == false"
        if not needs_of(job) and job.get("if") != guard:
            yield f"{name}: no guard against forks"


@rule("concurrency")
def concurrency(workflow, _place):
    """A newer push of a pull request ends the run of the older one; nothing else is ended."""
    settings = workflow.document.get("concurrency") or {}
    group, cancel = settings.get("group", ""), settings.get("cancel-in-progress")
    if workflow.name == "ci.yml":
        if group != "ci-${{ github.event.pull_request.number || github.sha }}":
            yield f"its group is '{group}'"
        if cancel != "${{ github.event_name == 'pull_request' }}":
            yield f"cancel-in-progress is {cancel}"
    elif "github.ref" not in group or cancel is not False:
        yield "its group does not hold the ref, or a run is cancelled"


@rule("gate")
def gate(workflow, _place):
    """The last job waits for every other, always runs, and asks what became of each."""
    last = {"ci.yml": "gate", "memory-safety.yml": "verdict", "release.yml": "publish"}
    name = last.get(workflow.name)
    job = workflow.jobs.get(name)
    if job is None:
        yield "there is no job that looks at the others"
        return
    others = [other for other in workflow.jobs if other != name]
    if sorted(needs_of(job)) != sorted(others):
        yield f"{name}: needs {needs_of(job)}, not {others}"
    if job.get("if") not in ("always()", "always() && needs.matrix.result != 'skipped'"):
        yield f"{name}: runs if {job.get('if')}"
    asking = [step for step in job.get("steps", [])
              if str(step.get("run", "")).startswith("scripts/ci/gate")]
    if not asking or (asking[0].get("env") or {}).get("NEEDS") != "${{ toJSON(needs) }}":
        yield f"{name}: scripts/ci/gate is not told what became of the others"
    elif name == "verdict" and asking[0].get("if") != "always()":
        yield f"{name}: scripts/ci/gate runs if {asking[0].get('if')}"
    elif name == "publish" and "--output memory-safety.verdict=clean" not in asking[0]["run"]:
        yield f"{name}: publishes whatever the verdict of the detectors is"
    elif name == "publish" and asking[0] is not next(s for s in job["steps"] if "run" in s):
        yield f"{name}: a step runs before scripts/ci/gate"


@rule("detectors")
def detectors(workflow, _place):
    """Every preset to its end, at fixed addresses, and what was found is kept when it is red."""
    job = workflow.jobs.get("detectors")
    if workflow.name != "memory-safety.yml":
        return
    strategy = (job or {}).get("strategy") or {}
    if strategy.get("fail-fast") is not False:
        yield "fail-fast is not false"
    if strategy.get("matrix") != "${{ fromJSON(needs.matrix.outputs.matrix) }}":
        yield "the matrix is not the one that scripts/ci/matrix printed"
    steps = (job or {}).get("steps", [])
    commands = [step for step in steps if "scripts/memory-checks" in str(step.get("run", ""))]
    if not commands or not all(step["run"].startswith("setarch -R ") for step in commands):
        yield "scripts/memory-checks does not run under setarch -R"
    for words in ("scripts/ci/summary", "actions/upload-artifact"):
        step = next((step for step in steps if words in str(step.get("run", step.get("uses")))),
                    {})
        if step.get("if") != "always()":
            yield f"{words} does not run always"
