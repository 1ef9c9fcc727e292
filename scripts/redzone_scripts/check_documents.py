"""Reads what scripts/memory-checks --write json= wrote, of one run or of the jobs of a workflow.

It fails closed: a document that is missing, cut off or of another kind, a preset without a verdict
and one that was expected and has no document are parts that did not run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from .log_patterns import CLEAN, DID_NOT_RUN, FINDINGS

FILE_NAME = "memory-checks.json"
SCHEMA = "redzone/memory-checks/1"
DOCUMENTS_MAX = 100
PRESETS_MAX = 100
# A document holds at most 20 causes in 20 places of two verdicts for each of its presets, each of
# some hundred bytes: this is ten times that for eight presets.
DOCUMENT_BYTES_MAX = 32 * 1024 * 1024
WORST_FIRST = (DID_NOT_RUN, FINDINGS, CLEAN)


@dataclass(frozen=True)
class Place:
    """One cause, where it was seen."""

    verdict: str
    cause: str
    next_step: str = ""
    detail: str = ""
    test: str = ""
    where: str = ""


@dataclass
class Part:
    """What became of one preset. `shown` is false where nothing shows what became of it."""

    preset: str
    verdict: str
    tests: dict = field(default_factory=dict)
    seconds: float = 0.0
    places: list = field(default_factory=list)
    dropped: int = 0
    shown: bool = True


def read_parts(paths: list, expected: list) -> list:
    """The presets of all documents, the worst first; folders are searched for documents."""
    parts = []
    for path in paths:
        found = sorted(path.rglob(FILE_NAME)) if path.is_dir() else [path]
        for document in [each for each in found if not each.is_dir()][:DOCUMENTS_MAX]:
            parts += _parts_of(document, path)
    there = {part.preset for part in parts}
    parts += [_unknown(name, "no document says what became of this preset",
                       "open its job: it was ended before it could write one")
              for name in expected if name not in there]
    if not parts:
        parts = [_unknown("-", "there is no document at all", "open the jobs of the presets")]
    return sorted(parts, key=lambda part: WORST_FIRST.index(part.verdict))


def worst(parts: list) -> str:
    return parts[0].verdict if parts else DID_NOT_RUN


def _unknown(preset: str, cause: str, next_step: str, detail: str = "") -> Part:
    return Part(preset, DID_NOT_RUN, shown=False,
                places=[Place(DID_NOT_RUN, cause, next_step, detail)])


def _parts_of(path: Path, given: Path) -> list:
    shown = str(path.relative_to(given.parent) if path != given else path.name)
    try:
        if path.stat().st_size > DOCUMENT_BYTES_MAX:
            raise ValueError(f"larger than {DOCUMENT_BYTES_MAX} bytes")
        document = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(document, dict) or document.get("schema") != SCHEMA:
            raise ValueError(f"its schema is not {SCHEMA}")
        presets = document["presets"]
        if not presets or len(presets) > PRESETS_MAX:
            raise ValueError(f"it has {len(presets)} presets, not 1 to {PRESETS_MAX}")
        parts = [_part(preset) for preset in presets]
        if document.get("verdict") != min((part.verdict for part in parts),
                                          key=WORST_FIRST.index):
            raise ValueError("its verdict is not the worst of its presets")
        return parts
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        words = error.strerror if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        return [_unknown("-", "a document of memory-checks cannot be read",
                         "open the job that should have written it", f"{shown}: {words}")]


def _part(preset: dict) -> Part:
    if preset["verdict"] not in WORST_FIRST:
        raise ValueError(f"no verdict {preset['verdict']!r}")
    places = [Place(_text(reason["verdict"]), _text(reason["cause"]), _text(reason["next_step"]),
                    _text(reason["detail"]), _text(reason["test"]), _where(reason))
              for reason in preset["reasons"]]
    places.sort(key=lambda place: place.verdict != DID_NOT_RUN)
    return Part(_text(preset["preset"]), preset["verdict"], dict(preset["tests"]),
                float(preset["seconds"]), places, sum(preset["reasons_dropped"].values()))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _where(reason: dict) -> str:
    line = reason.get("line")
    return _text(reason.get("log")) + (f":{int(line)}" if reason.get("log") and line else "")
