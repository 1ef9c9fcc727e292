"""How the detectors match their templates, and which of two entries takes the other's matches."""

from __future__ import annotations

import re

from .suppression_file import Entry

ANYTHING = "\1"  # stands for what a wildcard matched; no literal part of a template matches it


def template_matches(template: str, text: str) -> bool:
    """TemplateMatch of the sanitizers' runtime: `*` anything, `^` and `$` anchors, a part is
    enough. Step by step as there, where each literal takes its first place and `$` asks whether
    the text ends just behind it."""
    if not text:
        return False
    at_start = template.startswith("^")
    template = template[1:] if at_start else template
    after_star = False
    while template:
        if template[0] == "*":
            template, at_start, after_star = template[1:], False, True
            continue
        if template[0] == "$":
            return not text or after_star
        if not text:
            return False
        literal = re.match(r"[^*$]+", template).group()
        place = text.find(literal)
        if place < 0 or (at_start and place != 0):
            return False
        text, template = text[place + len(literal):], template[len(literal):]
        at_start = after_star = False
    return True


def glob_matches(pattern: str, text: str) -> bool:
    """Valgrind's: `*` anything, `?` one character, the whole text."""
    expression = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch(expression, text, re.DOTALL) is not None


def literals(pattern: str) -> str:
    """What is left of a template or frame without its wildcards and anchors."""
    return re.sub(r"[*?^$]", "", pattern)


def shadows(earlier: Entry, later: Entry) -> bool:
    """Whether everything that `later` matches is matched by `earlier`, which is asked first."""
    if earlier.detector == "memcheck":
        return _same_kind(earlier, later) and _frames_cover(earlier.frames, later.frames)
    return earlier.kind == later.kind and template_matches(
        earlier.template, _widest_match(later.template))


def _widest_match(template: str) -> str:
    start, end = template.startswith("^"), template.endswith("$")
    body = template[start:len(template) - end]
    text = body.replace("*", ANYTHING)
    return ("" if start else ANYTHING) + text + ("" if end else ANYTHING)


def _same_kind(earlier: Entry, later: Entry) -> bool:
    if earlier.kind != later.kind:
        return False
    if not earlier.kind.endswith(":Leak"):
        return glob_matches(earlier.argument, later.argument)
    return _leak_kinds(later) <= _leak_kinds(earlier)


def _leak_kinds(entry: Entry) -> set:
    kinds = set(entry.argument.partition(":")[2].strip().split(",")) - {""}
    every = {"definite", "indirect", "possible", "reachable"}
    return every if not kinds or "all" in kinds else kinds


def _frames_cover(earlier: tuple, later: tuple) -> bool:
    """`later`'s frames go on below those of `earlier`, as a stack goes on below an entry. Row by
    row, because a recursion would be exponential in the number of `...`."""
    reached = [True] * (len(later) + 1)  # the frames of `earlier` from here on cover later[i:]
    for frame in reversed(earlier):
        row = [False] * (len(later) + 1)
        for i in range(len(later), -1, -1):
            if frame == "...":
                row[i] = reached[i] or (i < len(later) and row[i + 1])
            elif i < len(later) and later[i] != "...":
                row[i] = reached[i + 1] and _frame_covers(frame, later[i])
        reached = row
    return reached[0]


def _frame_covers(earlier: str, later: str) -> bool:
    kind, _, pattern = earlier.partition(":")
    other, _, name = later.partition(":")
    if not literals(pattern) and "?" not in pattern:
        return True  # fun:* and obj:* match each frame
    return kind == other and glob_matches(pattern, re.sub(r"[*?]", ANYTHING, name))
