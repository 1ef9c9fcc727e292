"""CMake as far as the rules need to understand it: the architecture and the lists of sources."""

import re
from dataclasses import dataclass

KEYWORDS = ("STANDARD", "NO_DETECTOR", "HEADER_ONLY", "DEPENDS", "PRIVATE_DEPENDS",
            "THIRD_PARTY")  # fmt: skip


@dataclass(frozen=True)
class Component:
    name: str
    line: int
    depends: tuple


def without_comments(text):
    return re.sub(r"#[^\n]*", "", text)


def calls(text, command):
    """(line, words) of each call of `command`."""
    text = without_comments(text)
    for match in re.finditer(rf"^[ \t]*{command}\s*\(([^)]*)\)", text, re.MULTILINE):
        yield text.count("\n", 0, match.start()) + 1, match.group(1).split()


def components(text):
    found = {}
    for line, words in calls(text, "redzone_component"):
        if not words:
            continue
        depends, keyword = [], None
        for word in words[1:]:
            if word in KEYWORDS:
                keyword = word
            elif keyword in ("DEPENDS", "PRIVATE_DEPENDS"):
                depends.append(word)
        found[words[0]] = Component(words[0], line, tuple(depends))
    return found


def instruments(text):
    return {word for _, words in calls(text, "redzone_instruments") for word in words}
