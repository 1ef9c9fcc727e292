"""What a profiler has to know of a program: whether it carries a sanitizer, or is static."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO, Iterator, Optional

SANITIZER_OF = {b"__asan_init": "AddressSanitizer", b"__tsan_init": "ThreadSanitizer",
                b"__msan_init": "MemorySanitizer", b"__hwasan_init": "HWAddressSanitizer",
                b"__lsan_init": "LeakSanitizer"}

TABLE_ENTRIES_MAX = 4096
NAMES_BYTES_MAX = 256 * 1024 * 1024
PT_INTERP = 3
SHT_STRTAB, SHT_DYNSYM = 3, 11


class ElfProgram:
    """Facts of a 64-bit little-endian ELF file; of any other file nothing is said."""

    def __init__(self, path: Path):
        self.is_static = False
        self.sanitizer: Optional[str] = None
        try:
            with open(path, "rb") as file:
                header = file.read(64)
                if header[:6] != b"\x7fELF\x02\x01" or len(header) < 64:
                    return
                programs, sections = struct.unpack_from("<QQ", header, 32)
                program_size, program_count, section_size, section_count = struct.unpack_from(
                    "<HHHH", header, 54)
                self.is_static = all(
                    struct.unpack_from("<I", entry)[0] != PT_INTERP
                    for entry in _entries(file, programs, program_size, program_count, 56))
                self.sanitizer = _sanitizer(file, list(
                    _entries(file, sections, section_size, section_count, 64)))
        except (OSError, struct.error):
            return


def _entries(file: BinaryIO, start: int, size: int, count: int, size_min: int) -> Iterator[bytes]:
    if size < size_min or count > TABLE_ENTRIES_MAX:
        return
    for index in range(count):
        file.seek(start + index * size)
        entry = file.read(size)
        if len(entry) == size:
            yield entry


def _sanitizer(file: BinaryIO, sections: list) -> Optional[str]:
    """The sanitizer whose start the program's dynamic symbols name: both a runtime that is linked
    in and one in a library leave it there, and a text that mentions it does not."""
    for section in sections:
        kind = struct.unpack_from("<I", section, 4)[0]
        link = struct.unpack_from("<I", section, 40)[0]
        if kind != SHT_DYNSYM or link >= len(sections):
            continue
        offset, size = struct.unpack_from("<QQ", sections[link], 24)
        if struct.unpack_from("<I", sections[link], 4)[0] != SHT_STRTAB or size > NAMES_BYTES_MAX:
            continue
        file.seek(offset)
        names = b"\0" + file.read(size)
        for symbol, name in SANITIZER_OF.items():
            if b"\0" + symbol + b"\0" in names:
                return name
    return None
