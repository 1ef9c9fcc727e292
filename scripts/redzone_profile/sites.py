"""Call stacks folded into allocation sites, and the totals of a profile."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, Optional

# Sites kept of one profile. A program of a million lines has a few thousand; what comes after so
# many is counted in the totals and in sites_dropped, and shown in no row.
SITES_MAX = 50_000
# Characters kept of a function or a file. Names of templates reach tens of kilobytes.
TEXT_CHARS_MAX = 400

# What allocates for somebody else: the C and C++ allocation functions, the libraries of the
# profilers, and the C++ standard library, whose headers lie in a folder c++.
ALLOCATOR = re.compile(
    r"(?:__libc_|__interceptor_)?(?:malloc|calloc|realloc|reallocarray|memalign|aligned_alloc|"
    r"posix_memalign|valloc|pvalloc)|operator (?:new|delete).*|_Zn[wa].*")
STANDARD_LIBRARY = re.compile(r"(?:void )?(?:std|__gnu_cxx)::")
STANDARD_FILE = re.compile(r"/c\+\+/|libstdc\+\+")
LEADING_DOTS = re.compile(r"(?:\.{1,2}/+)+")
STANDARD_OBJECT = re.compile(r"/(?:libstdc\+\+|libc\+\+|vgpreload_|libheaptrack_)[^/]*$")


class ProfileError(Exception):
    """A profile cannot be read or recorded; the text names the file, and the next step."""


class Frame(NamedTuple):
    function: str
    file: Optional[str] = None
    line: Optional[int] = None
    object: Optional[str] = None


@dataclass
class Amounts:
    """What a site or a whole profile allocated; None where the tool does not know."""

    peak_bytes: Optional[int] = None
    total_bytes: Optional[int] = None
    blocks: Optional[int] = None
    live_bytes_end: Optional[int] = None
    live_blocks_end: Optional[int] = None

    def add(self, other: Amounts) -> None:
        for name, value in vars(other).items():
            mine = getattr(self, name)
            if value is not None:
                setattr(self, name, value if mine is None else mine + value)


@dataclass
class Site:
    """A place that allocates: the innermost frame in the project's folders, and the innermost
    frame that is neither an allocation function nor the C++ standard library."""

    project: Optional[Frame]
    frame: Optional[Frame]
    amounts: Amounts


@dataclass
class Profile:
    totals: Amounts = field(default_factory=Amounts)
    sites: list = field(default_factory=list)
    sites_dropped: int = 0


def bounded(text: str) -> str:
    """A name out of a profile: printable, and not longer than TEXT_CHARS_MAX."""
    cut = text[: TEXT_CHARS_MAX + 1]
    if not cut.isprintable():
        cut = "".join(c if c.isprintable() else "?" for c in cut)
    return cut if len(cut) <= TEXT_CHARS_MAX else cut[: TEXT_CHARS_MAX - 3] + "..."


class SiteTable:
    """Folds stacks (innermost frame first) into at most SITES_MAX sites."""

    def __init__(self, source: str, sites_max: int = SITES_MAX):
        self._source = source.rstrip("/") + "/"
        self._sites_max = sites_max
        self._sites = {}
        self._profile = Profile()
        self._own = lru_cache(maxsize=65536)(self._find_own_file)

    def add(self, stack: list, amounts: Amounts) -> None:
        self._profile.totals.add(amounts)
        key = self._locate(stack)
        site = self._sites.get(key)
        if site is None:
            if len(self._sites) >= self._sites_max:
                self._profile.sites_dropped += 1
                return
            site = self._sites[key] = Site(*key, Amounts())
        site.amounts.add(amounts)

    def profile(self) -> Profile:
        self._profile.sites = list(self._sites.values())
        return self._profile

    def _locate(self, stack: list) -> tuple:
        project = inner = None
        for frame in stack:
            if inner is None and not is_allocator(frame):
                inner = frame
            if project is None and frame.file is not None and self._own(frame.file):
                project = frame
            if inner is not None and project is not None:
                break
        if inner is None and stack:
            inner = stack[-1]
        return self._relative(project), self._relative(inner)

    def _find_own_file(self, file: str) -> Optional[str]:
        """The path within the project; None when the file is none of its own."""
        if not os.path.isabs(file):
            # heaptrack gives a path as the compiler was given it, relative to a folder it does
            # not know: somewhere in the project, if the project has such a file.
            file = self._source + LEADING_DOTS.sub("", file)
            if not os.path.isfile(file):
                return None
        path = os.path.normpath(file)
        return path[len(self._source):] if path.startswith(self._source) else None

    def _relative(self, frame: Optional[Frame]) -> Optional[Frame]:
        own = self._own(frame.file) if frame is not None and frame.file is not None else None
        return frame if own is None else frame._replace(file=own)


@lru_cache(maxsize=65536)
def is_allocator(frame: Frame) -> bool:
    return bool(ALLOCATOR.fullmatch(frame.function) or STANDARD_LIBRARY.match(frame.function) or
                frame.file and STANDARD_FILE.search(frame.file) or
                frame.object and STANDARD_OBJECT.search(frame.object))


# "0x109231: keep(int) (/src/sites.cpp:9)", or "(in /usr/lib/libc.so.6)" without debug
# information, or neither: what DHAT and massif write of a frame.
VALGRIND_FRAME = re.compile(r"0x[0-9A-Fa-f]+: (?P<function>.*?)(?: \((?:in (?P<object>[^()]+)|"
                            r"(?P<file>[^()]+):(?P<line>\d{1,9}))\))?")


def valgrind_frame(text: str) -> Frame:
    text = text[: 64 * 1024]
    match = VALGRIND_FRAME.fullmatch(text)
    if not match:
        return Frame(bounded(text))
    function, place, file, line = match.group("function", "object", "file", "line")
    return Frame(bounded(function), bounded(file) if file else None, int(line) if line else None,
                 bounded(place) if place else None)
