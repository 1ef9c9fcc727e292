"""What a workflow shows of the memory checks: a page in Markdown, and a few annotations."""

from __future__ import annotations

import re
from pathlib import Path

from .check_documents import Part, Place, worst
from .github_text import command, markdown, markdown_code
from .log_patterns import CLEAN, DID_NOT_RUN, FINDINGS
from .progress import duration
from .verdict_text import WORDS, tests_text

# GitHub refuses a page above 1 MiB, and keeps ten errors a step.
PAGE_BYTES_MAX = 900 * 1024
ANNOTATIONS_MAX = 10
PRESETS_NAMED_MAX = 8
MORE_BYTES = 200  # the closing line that says how much was left out
_SOURCE = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_./-]*\.(?:cpp|hpp|c|h|py)):([0-9]{1,7})\b")


def page(parts: list, bytes_max: int = PAGE_BYTES_MAX) -> str:
    """The verdict, a table, and each cause with its places; what does not fit is counted."""
    lines = [f"## Memory safety: {WORDS[worst(parts)]}", "",
             "| preset | verdict | tests | time |", "|---|---|---|---|"]
    lines += [_row(part) for part in parts]
    used = sum(len(line) + 1 for line in lines)
    left_out = sum(part.dropped for part in parts)
    full = False
    for part in parts:
        for index, (head, places, tail) in enumerate(_groups(part)):
            title = ["", f"### {markdown(part.preset)}: {WORDS[part.verdict]}", ""]
            block = (title if index == 0 else []) + [head]
            rest = sum(len(line) + 1 for line in [*block, tail])
            if full or used + rest > bytes_max - MORE_BYTES:
                full = True
                left_out += len(places)
                continue
            used += rest
            for position, place in enumerate(places):
                if used + len(place) + 1 > bytes_max - MORE_BYTES:
                    full = True
                    left_out += len(places) - position
                    break
                used += len(place) + 1
                block.append(place)
            lines += block + ([tail] if tail else [])
    if left_out:
        lines += ["", f"{left_out} more in the artifact"]
    return "\n".join(lines) + "\n"


def _row(part: Part) -> str:
    verdict = WORDS[part.verdict]
    words = verdict if part.verdict == CLEAN else f"**{verdict}**"
    return (f"| {markdown(part.preset)} | {words} | {markdown(tests_text(part.tests))} "
            f"| {duration(part.seconds) if part.shown else '-'} |")


def _groups(part: Part) -> list:
    """(line of the cause, lines of its places, line of the next step), in their order."""
    groups = {}
    for place in part.places:
        groups.setdefault((place.verdict, place.cause, place.next_step), []).append(place)
    return [(f"* {WORDS.get(verdict, 'unknown')}: **{markdown(cause)}**",
             [line for line in map(_place, places) if line],
             f"  * next step: {markdown(next_step)}" if next_step else "")
            for (verdict, cause, next_step), places in groups.items()]


def _place(place: Place) -> str:
    words = [markdown_code(place.test)] if place.test else []
    words += [markdown_code(place.detail)] if place.detail else []
    words += [f"({markdown(place.where)})"] if place.where else []
    return "  * " + " ".join(words) if words else ""


def annotations(parts: list, source: Path) -> list:
    """The worst causes as error commands, one for a cause and a test, whatever presets saw it."""
    presets, first = {}, {}
    for verdict in (DID_NOT_RUN, FINDINGS):
        for part in parts:
            for place in part.places:
                if place.verdict == verdict:
                    # Parts of which nothing is known differ in their preset only.
                    key = (verdict, place.cause, place.test, "" if place.test else place.detail)
                    first.setdefault(key, place)
                    presets.setdefault(key, []).append(part.preset)
    return [_annotation(first[key], list(dict.fromkeys(presets[key])), source)
            for key in list(first)[:ANNOTATIONS_MAX]]


def _annotation(place: Place, presets: list, source: Path) -> str:
    file, line = _source_of(place.detail, source)
    more = len(presets) - PRESETS_NAMED_MAX
    names = ", ".join(presets[:PRESETS_NAMED_MAX]) + (f" and {more} more" if more > 0 else "")
    words = [word for word in (place.cause, place.test, place.detail) if word]
    if place.next_step:
        words.append(f"Next step: {place.next_step}")
    return command("error", {"file": file, "line": line,
                             "title": f"{names}: {WORDS[place.verdict]}"}, ": ".join(words))


def _source_of(detail: str, source: Path) -> tuple:
    """(path in the repository, line) that the report names, where there is such a file."""
    for match in _SOURCE.finditer(detail):
        # A report names absolute paths of the machine that built, or relative ones.
        words = match.group(1).split("/")
        for index in range(len(words)):
            candidate = "/".join(words[index:])
            if ".." not in words and (source / candidate).is_file():
                return candidate, match.group(2)
    return "", ""
