"""Reads CMakePresets.json: which presets can be tested, and where their trees are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Optional


class PresetsError(Exception):
    """CMakePresets.json is missing or wrong."""


@dataclass(frozen=True)
class Preset:
    name: str
    display_name: str
    build_dir: Path
    detectors: tuple


def read_presets(source: Path) -> dict:
    """name -> Preset of all that can be configured and tested, in the order of the file."""
    path = source / "CMakePresets.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        configure = {preset["name"]: preset for preset in document["configurePresets"]}
        tests = [preset for preset in document["testPresets"] if not preset.get("hidden")]
        presets = {}
        for test in tests:
            name = test["name"]
            if name in configure and not configure[name].get("hidden"):
                presets[name] = _preset(source, name, configure)
    except FileNotFoundError as error:
        raise PresetsError(f"{path} is missing: is {source} a project with presets?") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PresetsError(f"{path} cannot be used: {error!r}") from error
    return presets


def _preset(source: Path, name: str, configure: dict) -> Preset:
    build_dir = _value(configure, name, ("binaryDir",)) or "${sourceDir}/build/${presetName}"
    build_dir = build_dir.replace("${sourceDir}", str(source)).replace("${presetName}", name)
    detectors = _value(configure, name, ("cacheVariables", "REDZONE_DETECTORS")) or ""
    return Preset(name, configure[name].get("displayName", ""), Path(build_dir),
                  tuple(word for word in detectors.split(";") if word))


def _value(configure: dict, name: str, keys: tuple, depth: int = 0) -> Optional[str]:
    """The value nearest to the preset, as CMake inherits; `depth` bounds the recursion."""
    if depth > 16:
        raise ValueError(f"the preset '{name}' inherits more than 16 levels")
    value = configure[name]
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    if value is not None:
        return value.get("value") if isinstance(value, dict) else value
    parents = configure[name].get("inherits", [])
    for parent in [parents] if isinstance(parents, str) else parents:
        found = _value(configure, parent, keys, depth + 1)
        if found is not None:
            return found
    return None
