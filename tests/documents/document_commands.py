"""The commands of a Markdown document: where they stand, and what their words are.

A fenced block without a language, or with sh, bash or console, holds commands. In a console block,
and in one whose first line begins with "$ ", only such lines are commands, the others are what was
printed. Inline code is a
command when it begins with a word of COMMAND_BEGINS.
"""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

SHELL_LANGUAGES = ("", "sh", "bash", "console")
COMMAND_BEGINS = re.compile(
    r"(?:sudo )?(?:scripts/[a-z][a-z-]*(?=$| )|(?:cmake|ctest|valgrind|python3?|setarch|sysctl) |"
    r"ctest$|redzone |build/[\w-]+/[\w./-]+ |"
    r"tests/[\w/.-]+\.py |[A-Z_]+=\S+ (?:ctest|cmake|scripts/))")
OPERATORS = ("&&", "||", ";", "|", "&")
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
# What the reader replaces: PRESET, build/PRESET, --jobs N; not -N, an option, nor a variable.
PLACEHOLDER = re.compile(r"(?:(?<![\w$-])|(?<=[a-z]_))(?:[A-Z][A-Z_]{2,}|N)(?![\w=])")


@dataclass(frozen=True)
class Command:
    """One command line as the document has it, with blanks and comments taken off."""

    document: Path
    line: int
    text: str
    in_block: bool = True

    def parts(self):
        """The simple commands of the line, each as a list of words."""
        parts, words, drop = [], [], False
        for token in _tokens(self.text):
            if token in OPERATORS:
                parts.append(words)
                words = []
            elif drop:
                drop = False
            elif re.fullmatch(r"[<>]+&?", token):
                drop = True
                if words and words[-1].isdigit():
                    words.pop()
            else:
                words.append(token)
        return [_without_prefix(words) for words in [*parts, words] if words]

    @property
    def has_placeholder(self):
        return bool(PLACEHOLDER.search(self.text))


def _tokens(text):
    lexer = shlex.shlex(text, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    return list(lexer)


def _without_prefix(words):
    """Without assignments and without what only starts another command."""
    while words and (ASSIGNMENT.match(words[0]) or words[0] in ("sudo", "exec", "time")):
        words = words[1:]
    return words


def commands_of(path):
    """Every Command of a document, in order."""
    return [Command(path, *found) for found in _found(path.read_text("utf-8"))]


def _found(text):
    """(line, command, whether it stands in a block) of each command of a text."""
    fence, language, pending, paragraph = None, "", None, []
    for number, line in enumerate([*text.split("\n"), ""], 1):
        opening = re.match(r"\s*(```+|~~~+)\s*([\w-]*)", line)
        if fence is None and not opening and line.strip():
            paragraph.append((number, line))
            continue
        yield from _inline_commands(paragraph)
        paragraph = []
        if fence is None:
            fence, language = opening.groups() if opening else (None, "")
        elif line.strip().startswith(fence):
            fence = None
        elif language in SHELL_LANGUAGES:
            if language == "" and not pending and line.startswith("$ "):
                language = "console"
            first, before = pending or (number, "")
            said = f"{before} {_said(line, language, bool(pending))}".strip()
            pending = (first, said[:-1].rstrip()) if said.endswith("\\") else None
            if said and not pending:
                yield first, said, True


def _said(line, language, continues):
    """The command on a line of a block; empty when there is none."""
    line = line.strip()
    if language == "console" and not continues:
        if not line.startswith("$ "):
            return ""
        line = line[2:]
    return re.sub(r"(?:^|\s+)#\s.*$", "", line)


def _inline_commands(paragraph):
    """Of lines (number, text) without an empty one between them: a span may go over a line end."""
    text = "\n".join(line for _, line in paragraph)
    for span in re.finditer(r"(?<!`)`([^`]+)`(?!`)", text):
        said = " ".join(span.group(1).split())
        if COMMAND_BEGINS.match(said):
            yield paragraph[text.count("\n", 0, span.start())][0], said, False
