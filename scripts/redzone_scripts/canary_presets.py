"""How CMakePresets.json builds for a detector: compiler, flags, and the options of its tests. The
flags stand there once; what runs canaries outside CMake takes them from there."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from redzone_scripts.presets import FILE_NAME, PresetsError, inherited, read_document

_LEVEL = re.compile(r"-O(?:[0-3sgz]|fast)?")
_MACRO = re.compile(r"\$(penv|env)?\{(\w+)\}")


@dataclass(frozen=True)
class DetectorBuild:
    """A preset with one of its detectors; `flags` are without a level of optimisation."""

    detector: str
    preset: str
    compiler: str
    flags: tuple
    level: str
    environment: dict


def read_builds(source: Path) -> dict:
    """(detector, compiler) -> DetectorBuild. Of several presets that a detector has, the one that
    is named after it, or the first."""
    document = read_document(source)
    try:
        builds: dict = {}
        for preset in document["configurePresets"]:
            if preset.get("hidden"):
                continue
            variables = inherited(document["configurePresets"], preset["name"],
                                  "cacheVariables") or {}
            detectors = str(variables.get("REDZONE_DETECTORS") or "").split(";")
            for detector in filter(None, detectors):
                build = _build(source, document, detector, preset["name"], variables)
                key = (detector, build.compiler)
                if key not in builds or preset["name"] in (detector, f"{detector}-clang"):
                    builds[key] = build
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PresetsError(f"{source / FILE_NAME} cannot be used: {error!r}") from error
    return builds


def _build(source: Path, document: dict, detector: str, name: str,
           variables: dict) -> DetectorBuild:
    build_type = str(variables.get("CMAKE_BUILD_TYPE") or "").upper()
    words: list = []
    for variable in ("CMAKE_CXX_FLAGS", f"CMAKE_CXX_FLAGS_{build_type}", "CMAKE_EXE_LINKER_FLAGS"):
        words += shlex.split(str(variables.get(variable) or ""))
    words = [_expand(word, source, name) for word in words]
    levels = [word for word in words if _LEVEL.fullmatch(word)]
    flags = tuple(word for word in words if word not in levels)
    tests = [test["name"] for test in document["testPresets"]
             if test.get("configurePreset") == name and not test.get("hidden")]
    if not tests:
        raise ValueError(f"no test preset is of the configure preset '{name}'")
    environment = inherited(document["testPresets"], tests[0], "environment") or {}
    return DetectorBuild(detector, name, str(variables.get("CMAKE_CXX_COMPILER", "g++")), flags,
                         (levels or ["-O0"])[-1],
                         {key: _expand(str(value), source, name)
                          for key, value in environment.items() if value is not None})


def _expand(text: str, source: Path, preset: str) -> str:
    def value(found: re.Match) -> str:
        if found.group(1):
            return os.environ.get(found.group(2), "")
        known = {"sourceDir": str(source), "presetName": preset}
        if found.group(2) not in known:
            raise ValueError(f"the macro {found.group(0)} of the preset '{preset}' is not known")
        return known[found.group(2)]
    return _MACRO.sub(value, text)
