"""One example of a rule: the files of a small tree, and what the rule says about them."""

import datetime
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from redzone_tidy import rules  # noqa: E402,F401
from redzone_tidy.command_line import RULES  # noqa: E402
from redzone_tidy.source_tree import SourceTree  # noqa: E402

TODAY = datetime.date(2026, 11, 21)
LAYERS = """\
redzone_component(base)
redzone_component(os DEPENDS base)
redzone_component(arena DEPENDS base)
redzone_component(gguf DEPENDS base os)
redzone_component(heap DEPENDS base)
redzone_component(testing DEPENDS base os heap)
redzone_component(findings DEPENDS base os)
"""


@dataclass(frozen=True)
class Case:
    rule: str
    sentence: str  # names the test
    files: dict  # path -> text or bytes
    expected: tuple = ()  # of (path, line); nothing: the rule has nothing to say


def good(rule, sentence, **files):
    return Case(rule, sentence, paths(files))


def bad(rule, sentence, expected, **files):
    """`expected` is a list of "path:line"."""
    found = tuple((place.rsplit(":", 1)[0], int(place.rsplit(":", 1)[1])) for place in expected)
    return Case(rule, sentence, paths(files), found)


def paths(files):
    """`files` are given as files={...}; the layers are there unless a case brings its own."""
    return {"CMakeLists.txt": LAYERS, **files["files"]}


def write(root, files):
    for path, content in files.items():
        full = Path(root) / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(content if isinstance(content, bytes) else content.encode())


def places(root, case):
    """What the rule of the case says about its files, as sorted (path, line)."""
    write(root, case.files)
    tree = SourceTree(root, list(case.files), TODAY)
    return tuple(sorted((f.path, f.line) for f in RULES[case.rule].findings(tree)))
