"""Text of logs in places where GitHub reads a language: Markdown, and commands in a step's output.

What a test printed is not to be trusted: it may hold line ends, `::` commands, HTML, links.
"""

from __future__ import annotations

import re

# What Markdown and HTML cannot take for anything, inside of a line.
_INERT = re.compile(r"[^A-Za-z0-9 .,/=()+-]")
# A reader wants the beginning; the whole is in the artifact.
CHARS_MAX = 300
ANNOTATION_CHARS_MAX = 500


def one_line(text: str, chars_max: int = CHARS_MAX) -> str:
    """Printable and bounded: line ends and control characters become blanks."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * chars_max]).split())
    return line if len(line) <= chars_max else line[:chars_max] + "..."


def markdown(text: str) -> str:
    """As words of a Markdown line or of a table's cell."""
    return _INERT.sub(lambda match: f"&#{ord(match.group())};", one_line(text))


def markdown_code(text: str) -> str:
    """As a piece of output. Not between backticks, which text can close."""
    return f"<code>{markdown(text)}</code>"


def command(name: str, properties: dict, message: str) -> str:
    """One line of a workflow command, `::error title=...::message`."""
    words = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    data = _data(one_line(message, ANNOTATION_CHARS_MAX))
    return f"::{name}{' ' + words if words else ''}::{data}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(one_line(text)).replace(":", "%3A").replace(",", "%2C")
