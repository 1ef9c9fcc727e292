"""Reads CMakePresets.json: which presets can be tested, where their trees are, and what they
inherit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE_NAME = "CMakePresets.json"
INHERITED_MAX = 16


class PresetsError(Exception):
    """CMakePresets.json is missing or wrong."""


@dataclass(frozen=True)
class Preset:
    name: str
    display_name: str
    build_dir: Path
    detectors: tuple


def read_document(source: Path) -> dict:
    path = source / FILE_NAME
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise PresetsError(f"{path} is missing: is {source} a project with presets?") from error
    except (OSError, ValueError) as error:
        raise PresetsError(f"{path} cannot be used: {error!r}") from error
    return document


def read_presets(source: Path) -> dict:
    """name -> Preset of all that can be configured and tested, in the order of the file."""
    document = read_document(source)
    try:
        configure = {preset["name"]: preset for preset in document["configurePresets"]}
        tests = [preset["name"] for preset in document["testPresets"] if not preset.get("hidden")]
        return {name: _preset(source, configure[name], document["configurePresets"])
                for name in tests if name in configure and not configure[name].get("hidden")}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PresetsError(f"{source / FILE_NAME} cannot be used: {error!r}") from error


def _preset(source: Path, own: dict, configure: list) -> Preset:
    name = own["name"]
    build_dir = inherited(configure, name, "binaryDir") or "${sourceDir}/build/${presetName}"
    build_dir = build_dir.replace("${sourceDir}", str(source)).replace("${presetName}", name)
    detectors = (inherited(configure, name, "cacheVariables") or {}).get("REDZONE_DETECTORS") or ""
    return Preset(name, own.get("displayName", ""), Path(build_dir),
                  tuple(word for word in detectors.split(";") if word))


def inherited(presets: list, name: str, section: str, depth: int = 0) -> Any:
    """A field of the preset with what it inherits, as CMake does: its own value wins, then that of
    the first parent, in a field of several values each by itself. None where there is none."""
    if depth > INHERITED_MAX:
        raise ValueError(f"the preset '{name}' inherits more than {INHERITED_MAX} levels")
    preset = {preset["name"]: preset for preset in presets}[name]
    parents = preset.get("inherits", [])
    values = [preset.get(section), *(inherited(presets, parent, section, depth + 1) for parent in (
        [parents] if isinstance(parents, str) else parents))]
    values = [value for value in values if value is not None]
    if not values or not isinstance(values[0], dict):
        return values[0] if values else None
    result: dict = {}
    for value in values:
        for key, one in value.items():
            result.setdefault(key, one.get("value") if isinstance(one, dict) else one)
    return result
