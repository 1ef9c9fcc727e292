"""Reads documents of `valgrind --xml=yes`, damaged ones too.

A document is read as a stream, in bounded memory. Errors that are complete count even when the
document is not; what it lacks is named, because a run that was cut off is not a clean one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional
from xml.parsers import expat

from .text_lines import quote

PIECE_BYTES = 64 * 1024
# Valgrind nests 6 deep; a frame's text is a few hundred bytes; a run that reports more errors than
# this is not read.
DEPTH_MAX = 32
TEXT_CHARS_MAX = 1000
ERRORS_MAX = 100
DOCUMENT_BYTES_MAX = 1 << 30

_TOP = "valgrindoutput"
# Which leaks are errors is an option of memcheck; this is its default.
_LEAK_OPTION = "--errors-for-leak-kinds="
_LEAKS_DEFAULT = "definite,possible"
_LEAK_WORDS = {"Leak_DefinitelyLost": "definite", "Leak_IndirectlyLost": "indirect",
               "Leak_PossiblyLost": "possible", "Leak_StillReachable": "reachable"}
_BY_PROCESS = "use %p in --xml-file, so that each process writes a file of its own"
_AGAIN = "run it again; if it stays, look for what kills the program or valgrind"


@dataclass
class XmlError:
    kind: str = "?"
    what: str = ""
    where: str = ""


@dataclass
class XmlDocument:
    """`problem` and `next_step` say what the document lacks; they are empty when it is whole.
    Leaks that memcheck was not told to take as errors are not among the errors."""

    errors: list = field(default_factory=list)
    error_count: int = 0
    fatal_signal: str = ""
    problem: str = ""
    next_step: str = ""


class _Refused(Exception):
    pass


class _Reader:
    def __init__(self) -> None:
        self.document = XmlDocument()
        self.closed = False
        self.finished = False
        self.started = False
        self._leaks = _LEAKS_DEFAULT.split(",")
        self._path: list = []
        self._text = ""
        self._error: Optional[XmlError] = None
        self._frame: dict = {}

    def parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        return parser

    def _refuse(self, *_declaration: object) -> None:
        raise _Refused("has a document type or an entity declaration, which Valgrind never writes")

    def _start(self, name: str, _attributes: dict) -> None:
        if not self._path and name != _TOP:
            raise _Refused(f"begins with <{quote(name)}>, so it is none of Valgrind's")
        if len(self._path) >= DEPTH_MAX:
            raise _Refused(f"nests more than {DEPTH_MAX} elements")
        self._path.append(name)
        self._text = ""
        if self._path[1:] == ["error"]:
            self._error = XmlError()
        elif name == "frame":
            self._frame = {}

    def _characters(self, text: str) -> None:
        if len(self._text) < TEXT_CHARS_MAX:
            self._text += text[: TEXT_CHARS_MAX - len(self._text)]

    def _end(self, name: str) -> None:
        path, text = self._path[1:], self._text.strip()
        self._path.pop()
        self._text = ""
        if not self._path:
            self.closed = True
        elif path == ["status", "state"]:
            self.started = True
            self.finished = text == "FINISHED"
        elif path == ["args", "vargv", "arg"] and text.startswith(_LEAK_OPTION):
            self._leaks = text[len(_LEAK_OPTION):].split(",")
        elif path == ["fatal_signal", "signame"]:
            self.document.fatal_signal = quote(text)
        elif self._error is not None:
            self._end_in_error(self._error, path, name, text)

    def _end_in_error(self, error: XmlError, path: list, name: str, text: str) -> None:
        if path == ["error"]:
            self._error = None
            if _LEAK_WORDS.get(error.kind, "all") not in (*self._leaks, "all") \
                    and "all" not in self._leaks:
                return
            self.document.error_count += 1
            if len(self.document.errors) < ERRORS_MAX:
                self.document.errors.append(error)
        elif path == ["error", "kind"]:
            error.kind = quote(text)
        elif path in (["error", "what"], ["error", "xwhat", "text"]):
            error.what = quote(text)
        elif name in ("file", "line") and path[-2:-1] == ["frame"]:
            self._frame[name] = text
        elif name == "frame" and not error.where and "file" in self._frame:
            error.where = quote(f"{self._frame['file']}:{self._frame.get('line', '?')}")


def read_valgrind_xml(path: Path) -> XmlDocument:
    """What the document says; raises OSError when the file cannot be read."""
    reader = _Reader()
    parser = reader.parser()
    done, size = reader.document, 0
    try:
        with open(path, "rb") as file:
            while size <= DOCUMENT_BYTES_MAX:
                piece = file.read(PIECE_BYTES)
                size += len(piece)
                parser.Parse(piece, not piece)
                if not piece:
                    break
            else:
                raise _Refused(f"is larger than {DOCUMENT_BYTES_MAX >> 30} GiB")
    except _Refused as error:
        done.problem, done.next_step = str(error), "give only files of valgrind --xml=yes"
    except expat.ExpatError as error:
        done.problem, done.next_step = _damage(reader, error, size)
    if not done.problem and not reader.finished:
        done.problem, done.next_step = _unfinished(reader)
    return done


def _damage(reader: _Reader, error: expat.ExpatError, size: int) -> tuple:
    if reader.closed:
        return "has more after its end: several processes wrote into one file", _BY_PROCESS
    if not size:
        return "is empty: Valgrind did not start", _AGAIN
    if error.code not in (expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
                          expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
                          expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR]):
        # Two processes that write at the same time mix their elements.
        return (f"is not well formed in line {error.lineno}: several processes wrote into one "
                "file, or it is damaged"), _BY_PROCESS
    if not reader.started:
        return _unfinished(reader)
    return f"ends in line {error.lineno}, before Valgrind closed it: the run was killed", _AGAIN


def _unfinished(reader: _Reader) -> tuple:
    step = ("read what Valgrind printed: usually a suppression file that cannot be parsed, or an "
            "option that it does not know")
    if not reader.started:
        return "holds a header only: Valgrind stopped before the program began", step
    return "was closed before the program FINISHED: Valgrind gave up", step
