"""What is profiled: tests of a preset by name, as CTest would run them, or any program."""

from __future__ import annotations

import difflib
import json
import os
import re
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from redzone_scripts.presets import Preset
from redzone_scripts.progress import Progress
from redzone_scripts.step import run_step
from redzone_scripts.text_lines import quote, read_lines

from .elf_program import ElfProgram
from .sites import ProfileError

TESTS_MAX = 20
# Hard limits in seconds, several times what the steps take on two slow cores.
LIMITS_S = {"configure": 600.0, "build": 3600.0, "list": 300.0}
LIST_BYTES_MAX = 64 * 1024 * 1024


class WrongTarget(Exception):
    """The command line names nothing that can be profiled: exit status 2."""


@dataclass
class Target:
    name: str
    command: list
    directory: Path
    environment: dict = field(default_factory=dict)


def file_stem(name: str) -> str:
    """A name as a file can have it."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name).lstrip(".-")[:100] or "program"


def program_target(command: list) -> Target:
    found = shutil.which(command[0])
    if found is None:
        what = ("is not a program that can be run" if Path(command[0]).exists()
                else "does not exist, or is not on PATH")
        raise ProfileError(f"'{quote(command[0])}' {what}\nNext step: build it, or give its path")
    return Target(Path(command[0]).name, [os.path.abspath(found), *command[1:]], Path.cwd())


def check_target(target: Target, tool: str) -> None:
    """Refuses what the tool would show nothing of, or would break."""
    program = ElfProgram(Path(target.command[0]))
    if program.sanitizer:
        raise ProfileError(f"{target.name}: {target.command[0]} is built with {program.sanitizer}, "
                           f"which replaces malloc: {tool} cannot look into it\n"
                           "Next step: profile a build without it, such as --preset normal")
    if program.is_static and tool == "heaptrack":
        raise ProfileError(f"{target.name}: {target.command[0]} is linked statically: heaptrack "
                           "cannot be loaded into it\nNext step: link it dynamically")


def check_preset(preset: Preset) -> None:
    if preset.detectors:
        twin = "normal-clang" if preset.name.endswith("-clang") else "normal"
        raise WrongTarget(
            f"the preset '{preset.name}' runs its tests under {', '.join(preset.detectors)}: a "
            "sanitizer or Valgrind replaces malloc, and no profiler sees behind it\n"
            f"Next step: scripts/profile --preset {twin} ...")


class Tests:
    """The tests of a preset; builds them first, as ctest does."""

    def __init__(self, source: Path, preset: Preset, environment: dict, progress: Progress):
        self._source, self._preset = source, preset
        self._environment = {**environment, "REDZONE_NO_BUILD": "1"}
        self._progress = progress
        self._log_dir = preset.build_dir / "profile"

    def select(self, regex: str) -> list:
        self._log_dir.mkdir(parents=True, exist_ok=True)
        name = self._preset.name
        self._run("configure", ["cmake", "--preset", name])
        self._run("build", ["cmake", "--build", str(self._preset.build_dir)])
        tests = self._list(["-R", regex])
        if not tests:
            names = [test["name"] for test in self._list([])]
            near = difflib.get_close_matches(regex, names, 3, 0.3)
            raise WrongTarget(f"no test of the preset '{name}' matches '{quote(regex)}'" +
                              (f"; the nearest: {', '.join(near)}" if near else "") +
                              f"\nNext step: ctest --preset {name} -N lists them")
        if len(tests) > TESTS_MAX:
            shown = "\n".join(f"  {test['name']}" for test in tests[:TESTS_MAX])
            raise WrongTarget(f"{len(tests)} tests match '{quote(regex)}', the limit is {TESTS_MAX}"
                              f"; the first are:\n{shown}\nNext step: a narrower -R, for one test "
                              "'^NAME$'")
        return [self._target(test) for test in tests]

    def _run(self, step: str, command: list, output: Optional[Path] = None) -> None:
        log = self._log_dir / f"{step}.log"
        self._progress.begin(self._preset.name, step)
        began = time.monotonic()
        result = run_step(step, command, self._source, self._environment, log, LIMITS_S[step],
                          self._progress.waiting, output)
        self._progress.clear()
        if result.failure():
            last = [text for _, text in read_lines(log) if text.strip()][-3:]
            raise ProfileError(
                f"{' '.join(command)}: {result.failure()} ({time.monotonic() - began:.0f} s)\n" +
                "".join(f"  {quote(text)}\n" for text in last) + f"Next step: read {log}")

    def _list(self, filters: list) -> list:
        path = self._log_dir / "tests.json"
        self._run("list", ["ctest", "--preset", self._preset.name, "--show-only=json-v1", *filters],
                  path)
        try:
            if path.stat().st_size > LIST_BYTES_MAX:
                raise ValueError(f"more than {LIST_BYTES_MAX} bytes")
            tests = json.loads(path.read_bytes())["tests"]
            return [test for test in tests if isinstance(test["name"], str)]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ProfileError(f"{path}: no list of tests: {error!r:.200}\nNext step: read "
                               f"{self._log_dir / 'list.log'}") from error

    def _target(self, test: dict) -> Target:
        command = test.get("command")
        if not command or shutil.which(command[0]) is None:
            raise ProfileError(f"{quote(test['name'])}: its program is not built"
                               f"\nNext step: cmake --build {self._preset.build_dir}")
        properties = {entry["name"]: entry["value"] for entry in test.get("properties", [])}
        variables = dict(entry.split("=", 1) for entry in properties.get("ENVIRONMENT", [])
                         if "=" in entry)
        return Target(test["name"], command, Path(properties.get(
            "WORKING_DIRECTORY", self._preset.build_dir)), variables)
