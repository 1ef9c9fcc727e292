"""redzone-build.json: what a build tree says it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

FILE_NAME = "redzone-build.json"


class DescriptionError(Exception):
    """The tree does not say what it is."""


@dataclass(frozen=True)
class BuildDescription:
    preset: str
    compiler: str
    detectors: tuple
    not_instrumented: tuple
    no_detector: tuple = ()  # files that are compiled without one, because they run inside malloc


def read_build_description(build_dir: Path) -> BuildDescription:
    path = build_dir / FILE_NAME
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DescriptionError(f"{path} is missing") from error
    except (OSError, ValueError) as error:
        raise DescriptionError(f"{path} cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise DescriptionError(f"{path} holds no JSON object")
    return BuildDescription(
        _text(document, "preset", path), _text(document, "compiler", path),
        _names(document, "detectors", path), _names(document, "not_instrumented", path),
        _names(document, "no_detector", path) if "no_detector" in document else ())


def _text(document: dict, key: str, path: Path) -> str:
    value = document.get(key)
    if not isinstance(value, str) or not value.strip():
        raise DescriptionError(f"{path} does not name its {key}")
    return value


def _names(document: dict, key: str, path: Path) -> tuple:
    value = document.get(key)
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise DescriptionError(f"{path} has no list of names '{key}'")
    return tuple(value)
