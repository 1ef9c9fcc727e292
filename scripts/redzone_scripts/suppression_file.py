"""Reads the files of suppressions/: the two grammars that the detectors have, and the fields that
our policy puts above each entry. The one reader for scripts/tidy, scripts/suppressions and the
pair tests; suppressions/README.md says what the fields mean."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Optional

DETECTOR_OF_FILE = {"asan.supp": "asan", "lsan.supp": "lsan", "ubsan.supp": "ubsan",
                    "tsan.supp": "tsan", "valgrind.supp": "memcheck"}  # fmt: skip
FIELDS = ("reason", "issue", "added", "reviewed", "review", "owner", "pair")  # in this order

# What the runtimes of g++ 12 and clang 19 both accept, without the groups, which have no effect.
TYPES = {
    "asan": ("interceptor_name", "interceptor_via_fun", "interceptor_via_lib", "odr_violation"),
    "lsan": ("leak",),
    "tsan": ("race", "race_top", "mutex", "thread", "signal", "called_from_lib", "deadlock"),
    "ubsan": (
        "null", "nullability-assign", "nullability-return", "nullability-arg", "pointer-overflow",
        "alignment", "object-size", "signed-integer-overflow", "unsigned-integer-overflow",
        "integer-divide-by-zero", "float-divide-by-zero", "float-cast-overflow",
        "implicit-unsigned-integer-truncation", "implicit-signed-integer-truncation",
        "implicit-integer-sign-change",
        "implicit-signed-integer-truncation,implicit-integer-sign-change", "shift-base",
        "shift-exponent", "bounds", "unreachable", "return", "vla-bound", "bool", "enum",
        "function", "returns-nonnull-attribute", "nonnull-attribute", "vptr", "vptr_check", "cfi"),
}  # fmt: skip
UBSAN_GROUPS = ("undefined", "shift", "integer", "nullability", "implicit-conversion",
                "implicit-integer-truncation", "implicit-integer-arithmetic-value-change", "all",
                "array-bounds", "local-bounds", "float", "undefined-behavior")  # fmt: skip
# What memcheck of Valgrind 3.19 accepts; later versions accept more.
MEMCHECK_KINDS = ("Cond", "Value0", "Value1", "Value2", "Value4", "Value8", "Value16", "Value32",
                  "Addr1", "Addr2", "Addr4", "Addr8", "Addr16", "Addr32", "Jump", "Overlap",
                  "Leak", "Free", "User", "Mempool", "CoreMem", "Param", "FishyValue")
LEAK_KINDS = ("definite", "indirect", "possible", "reachable", "all")
KINDS_WITH_ARGUMENT = ("Param", "FishyValue")  # a line of their own between kind and frames
MEMCHECK_FRAMES_MAX = 24

_FIELD = re.compile(r"#[ \t]*([A-Za-z-]+)[ \t]*:(.*)")
_TRAILING_COMMENT = re.compile(r"\s#")


@dataclass(frozen=True)
class Field:
    name: str
    value: str
    line: int


@dataclass
class Entry:
    detector: str
    line: int  # of the template, or of the opening brace
    kind: str  # such as leak, or Memcheck:Leak
    template: str = ""  # of a sanitizer's entry
    name: str = ""  # of a Valgrind block
    argument: str = ""  # the line between kind and frames of some Valgrind kinds
    frames: tuple = ()  # of a Valgrind block, such as fun:malloc
    fields: tuple = ()
    last_line: int = 0

    def value(self, name: str) -> str:
        return next((each.value for each in self.fields if each.name == name), "")

    def line_of(self, name: str) -> int:
        return next((each.line for each in self.fields if each.name == name), self.line)

    @property
    def first_line(self) -> int:
        return self.fields[0].line if self.fields else self.line

    @property
    def says(self) -> str:
        """What the entry is called in the detector's own list of used suppressions."""
        if self.detector == "memcheck":
            return self.name
        return self.template if self.detector == "lsan" else f"{self.kind}:{self.template}"


@dataclass
class SuppressionFile:
    detector: str
    text: str
    entries: list = field(default_factory=list)
    problems: list = field(default_factory=list)  # of (line, message), about the grammar
    misplaced: list = field(default_factory=list)  # the same, about the fields

    def with_pair(self, pair: str) -> Optional[Entry]:
        return next((entry for entry in self.entries if entry.value("pair") == pair), None)

    def without(self, entry: Entry) -> str:
        """The text of the file without the entry and its fields."""
        lines = self.text.split("\n")
        return "\n".join(lines[:entry.first_line - 1] + lines[entry.last_line:])


def parse(detector: str, text: str) -> SuppressionFile:
    file = SuppressionFile(detector, text)
    reader = _Reader(file)
    reader.read_blocks() if detector == "memcheck" else reader.read_lines()
    return file


class _Reader:
    def __init__(self, file: SuppressionFile):
        self._file = file
        self._lines = [line.strip() for line in file.text.split("\n")]
        self._comments: list = []  # (line, text) of the full-line comments directly above

    def _wrong(self, line: int, message: str) -> None:
        self._file.problems.append((line, message))

    def _add(self, entry: Entry) -> None:
        entry.fields = self._fields(True)
        entry.last_line = entry.last_line or entry.line
        self._file.entries.append(entry)

    def _fields(self, of_entry: bool) -> tuple:
        """The fields in the comments above; comments that belong to no entry may have none."""
        fields = []
        for number, text in self._comments:
            match = _FIELD.fullmatch(text)
            known = match is not None and match.group(1).lower() in FIELDS
            if of_entry and known:
                fields.append(Field(match.group(1), match.group(2).strip(), number))
            elif of_entry:
                self._file.misplaced.append(
                    (number, "a comment directly above an entry that is none of its fields "
                             f"({', '.join(FIELDS)})"))
            elif known:
                self._file.misplaced.append(
                    (number, f"'{match.group(1)}' belongs to no entry: something stands between"))
        self._comments = []
        return tuple(fields)

    def _between(self, number: int, text: str) -> bool:
        """Takes a comment or an empty line."""
        if text.startswith("#"):
            self._comments.append((number, text))
        elif not text:
            self._fields(False)
        return not text or text.startswith("#")

    def read_lines(self) -> None:
        for number, text in enumerate(self._lines, 1):
            if not self._between(number, text):
                self._sanitizer_entry(number, text)
        self._fields(False)

    def _sanitizer_entry(self, number: int, text: str) -> None:
        kind, colon, template = text.partition(":")
        types = TYPES[self._file.detector]
        if not colon:
            self._wrong(number, f"'{text}' is no TYPE:TEMPLATE: {_refusal(self._file.detector)}")
        elif kind not in types:
            self._wrong(number, _unknown_type(self._file.detector, kind))
        elif template[:1].isspace():
            self._wrong(number, "a blank after the colon is a part of the template, which then "
                                "never matches")
        elif _TRAILING_COMMENT.search(template):
            self._wrong(number, "a comment behind the template is a part of it, which then never "
                                "matches")
        self._add(Entry(self._file.detector, number, kind, template))

    def read_blocks(self) -> None:
        position = 0
        while position < len(self._lines):
            number, text = position + 1, self._lines[position]
            if self._between(number, text):
                position += 1
            elif text == "{":
                position = self._block(position)
            else:
                self._wrong(number, f"'{text}' stands outside of a block, which begins with '{{' "
                                    "on a line of its own: Valgrind does not start")
                self._comments = []
                position += 1
        self._fields(False)

    def _block(self, start: int) -> int:
        """Reads the block whose brace is at `start`; returns where reading goes on."""
        inside = []
        for position in range(start + 1, len(self._lines)):
            text = self._lines[position]
            if text == "}":
                self._add(self._memcheck_entry(start + 1, inside, position + 1))
                return position + 1
            if text == "{":
                break
            if text and not text.startswith("#"):
                inside.append((position + 1, text))
        else:
            position = len(self._lines)
        self._wrong(start + 1, "the block has no closing brace: Valgrind does not start")
        self._comments = []
        return position

    def _memcheck_entry(self, line: int, inside: list, last_line: int) -> Entry:
        entry = Entry("memcheck", line, "", last_line=last_line)
        if len(inside) < 2:
            self._wrong(line, "a block needs a name, Memcheck:KIND and frames: Valgrind does not "
                              "start")
            return entry
        entry.name = inside[0][1]
        number, entry.kind = inside[1]
        kind = self._memcheck_kind(number, entry.kind)
        frames = inside[2:]
        if kind in KINDS_WITH_ARGUMENT and frames:
            entry.argument = frames.pop(0)[1]
        elif kind == "Leak" and frames and frames[0][1].startswith("match-leak-kinds:"):
            number, entry.argument = frames.pop(0)
            self._leak_kinds(number, entry.argument)
        entry.frames = tuple(text for _, text in frames)
        self._memcheck_frames(line, frames)
        return entry

    def _memcheck_kind(self, number: int, text: str) -> str:
        tools, colon, kind = text.partition(":")
        if not colon or "," in kind:
            self._wrong(number, f"'{text}' is no Memcheck:KIND: Valgrind does not start")
        elif "Memcheck" not in tools.split(","):
            self._wrong(number, f"'{text}' is of another tool: memcheck ignores the entry")
        elif kind not in MEMCHECK_KINDS:
            self._wrong(number, f"memcheck has no kind '{kind}': Valgrind does not start")
        return kind

    def _leak_kinds(self, number: int, text: str) -> None:
        for kind in text.partition(":")[2].strip().split(","):
            if kind not in LEAK_KINDS:
                self._wrong(number, f"there is no leak kind '{kind}': Valgrind does not start")

    def _memcheck_frames(self, line: int, frames: list) -> None:
        if not frames:
            self._wrong(line, "a block without frames: Valgrind does not start")
        elif all(text == "..." for _, text in frames):
            self._wrong(line, "a block of nothing but '...': Valgrind does not start")
        if len(frames) > MEMCHECK_FRAMES_MAX:
            self._wrong(line, f"{len(frames)} frames, at most {MEMCHECK_FRAMES_MAX}")
        for number, text in frames:
            kind, colon, pattern = text.partition(":")
            if text == "...":
                continue
            if not colon or kind not in ("fun", "obj"):
                self._wrong(number, f"'{text}' is no frame: fun:NAME, obj:FILE or ...")
            elif not pattern or pattern[0].isspace():
                self._wrong(number, "a frame without a name directly after the colon never matches")
            elif _TRAILING_COMMENT.search(pattern):
                self._wrong(number, "a comment behind a frame is a part of its name, which then "
                                    "never matches")


def _refusal(detector: str) -> str:
    late = "when there is something to report, " if detector in ("lsan", "ubsan") else ""
    return f"the detector ends the run {late}without a line number"


def _unknown_type(detector: str, kind: str) -> str:
    if detector == "ubsan" and kind in UBSAN_GROUPS:
        return f"'{kind}' names a group of checks, which suppresses nothing: name the check"
    for other, types in TYPES.items():
        if kind in types:
            return (f"'{kind}' is an entry for {other}.supp; {detector} does not know it: "
                    f"{_refusal(detector)}")
    return (f"{detector} knows no '{kind}' (it knows {', '.join(TYPES[detector][:7])}): "
            f"{_refusal(detector)}")
