"""Reads what the detectors print, as far as a canary needs it: which detector, which kind, how many
bytes, read or write, and where.

Shared by run_canary.py and by the tests of the suppressions. It knows the reports of g++ and clang
and the text of Valgrind's memcheck; it is no general parser, and what it does not recognise it does
not report.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Optional

# What UndefinedBehaviorSanitizer calls its kinds with report_error_type=1, found by its message,
# because a message is there under every option and with every compiler. The first that matches.
_UBSAN_KINDS = tuple((re.compile(pattern), kind) for pattern, kind in (
    (r"signed integer overflow", "signed-integer-overflow"),
    (r"left shift of", "invalid-shift-base"),
    (r"shift exponent", "invalid-shift-exponent"),
    (r"misaligned address", "misaligned-pointer-use"),
    (r"out of bounds for type", "out-of-bounds-index"),
    (r"null pointer passed as argument", "invalid-null-argument"),
    (r"null pointer returned from function", "invalid-null-return"),
    (r"applying zero offset to null pointer", "nullptr-with-offset"),
    (r"applying non-zero offset .*to null pointer", "nullptr-with-nonzero-offset"),
    (r"applying non-zero offset .*produced null pointer", "nullptr-after-nonzero-offset"),
    (r"pointer index expression|(?:addition|subtraction) of unsigned offset", "pointer-overflow"),
    (r"null pointer", "null-pointer-use"),
    (r"division by zero", "integer-divide-by-zero"),
    (r"insufficient space for an object", "insufficient-object-size"),
    (r"not a valid value for type '(?:const )?bool'", "invalid-bool-load"),
    (r"not a valid value for type", "invalid-enum-load"),
    (r"an unreachable program point", "unreachable-call"),
    (r"without returning a value", "missing-return"),
    (r"variable length array bound", "non-positive-vla-index"),
    (r"outside the range of representable values", "float-cast-overflow"),
    (r"does not point to an object of type", "dynamic-type-mismatch"),
    (r"passing zero to .*which is not a valid argument", "invalid-builtin-use"),
))

# The first line of memcheck's text for each kind, under the names that its XML has: the <kind> of
# an <error>, and fatal_signal, which is an element of its own and counts as no error.
_MEMCHECK_KINDS = (
    (r"Invalid read of size (?P<access>\d+)", "InvalidRead", "read"),
    (r"Invalid write of size (?P<access>\d+)", "InvalidWrite", "write"),
    (r"Invalid free\(\)", "InvalidFree", None),
    (r"Mismatched free\(\)", "MismatchedFree", None),
    (r"Conditional jump or move depends on uninitialised value", "UninitCondition", None),
    (r"Use of uninitialised value of size (?P<access>\d+)", "UninitValue", None),
    (r"Syscall param ", "SyscallParam", None),
    (r"Source and destination overlap in ", "Overlap", None),
    (r"Argument '\w+' of function \w+ has a fishy", "FishyValue", None),
    (r"Process terminating with default action of signal ", "fatal_signal", None),
    (r"(?P<block>[\d,]+) .*are definitely lost in loss record", "Leak_DefinitelyLost", None),
    (r"(?P<block>[\d,]+) .*are indirectly lost in loss record", "Leak_IndirectlyLost", None),
    (r"(?P<block>[\d,]+) .*are possibly lost in loss record", "Leak_PossiblyLost", None),
    (r"(?P<block>[\d,]+) .*are still reachable in loss record", "Leak_StillReachable", None),
)

# Where a report says how large the block is that it is about.
_BLOCK_SIZES = tuple(re.compile(pattern) for pattern in (
    r" (\d+)-byte region \[",  # AddressSanitizer, heap
    r"global variable '.*' defined in .* of size (\d+)",  # AddressSanitizer, global
    r"Location is heap block of size (\d+) at",  # ThreadSanitizer
    r"Location is global '.*' of size (\d+) at",
    r"a block of size ([\d,]+) (?:alloc'd|free'd|client-defined)",  # memcheck
))
_STACK_VARIABLE = re.compile(r"\[(\d+), (\d+)\) '.*' (?:\(line \d+\) )?<== Memory access")
_ACCESS = re.compile(r"^(?:  )?(?:Atomic )?(read|write) of size (\d+) at ", re.IGNORECASE)
_SIGNAL_ACCESS = re.compile(r"==\d+==The signal is caused by a (READ|WRITE) memory access")

_ASAN = re.compile(r"==\d+==ERROR: AddressSanitizer: (?:attempting )?([\w-]+)")
_ASAN_END = re.compile(r"SUMMARY: AddressSanitizer: ([a-zA-Z][\w-]*)")
_LSAN = re.compile(r"(Direct|Indirect) leak of (\d+) byte\(s\) in \d+ object\(s\)")
_LSAN_END = re.compile(r"SUMMARY: (?:Address|Leak)Sanitizer: \d+ byte\(s\) leaked")
_TSAN = re.compile(r"(?:WARNING|==\d+==ERROR): ThreadSanitizer: ([^(\n]+)")
_TSAN_END = re.compile(r"SUMMARY: ThreadSanitizer: ")
_MSAN = re.compile(r"==\d+==WARNING: MemorySanitizer: ([\w-]+)")
_MSAN_END = re.compile(r"SUMMARY: MemorySanitizer: ")
_UBSAN = re.compile(r"\S.*:\d+:\d+: runtime error: (.*)")
_VALGRIND = re.compile(r"==\d+== ?(.*)")
_VALGRIND_END = re.compile(r"ERROR SUMMARY: \d+ errors? from \d+ contexts?")


@dataclasses.dataclass
class Report:
    detector: str
    kind: str
    lines: list[str]
    block_size: Optional[int] = None
    access_size: Optional[int] = None
    access: Optional[str] = None
    complete: bool = False  # its last line was seen

    @property
    def size(self) -> Optional[int]:
        """Bytes of the block, or of the access where the report names no block."""
        return self.block_size if self.block_size is not None else self.access_size

    def line_in(self, source_name: str) -> Optional[int]:
        """The line of the first frame in the file `source_name` (a name without folders)."""
        frame = re.compile(r"(?:^|[/ (])" + re.escape(source_name) + r":(\d+)")
        for line in self.lines:
            found = frame.search(line)
            if found:
                return int(found.group(1))
        return None

    def describe(self, source_name: str) -> str:
        words = [self.detector, self.kind]
        for name, value in (("size", self.size), ("access", self.access),
                            ("line", self.line_in(source_name))):
            words.append(f"{name}={'?' if value is None else value}")
        return " ".join(words) + ("" if self.complete else " (incomplete)")


def parse_reports(text: str) -> list[Report]:
    """All reports in `text`, in the order in which they begin."""
    reports: list[Report] = []
    current: Optional[Report] = None
    for line in text.splitlines():
        valgrind = _VALGRIND.match(line)
        begun = _begin_memcheck(valgrind.group(1)) if valgrind else None
        begun = begun or _begin_sanitizer(line)
        if begun:
            begun.lines.append(valgrind.group(1) if valgrind else line)
            reports.append(begun)
            current = begun
        elif valgrind and current and current.detector == "memcheck":
            if valgrind.group(1):
                _continue(current, valgrind.group(1))
            else:
                current = None
        elif current:
            _continue(current, line)
        if _end(line, reports):
            current = None
    return reports


def _begin_sanitizer(line: str) -> Optional[Report]:
    found = _ASAN.search(line)
    if found:
        return Report("asan", found.group(1), [])
    found = _LSAN.match(line)
    if found:
        return Report("lsan", found.group(1).lower() + "-leak", [], int(found.group(2)))
    found = _TSAN.match(line)
    if found:
        return Report("tsan", found.group(1).strip().replace(" ", "-"), [])
    found = _MSAN.match(line)
    if found:
        return Report("msan", found.group(1), [])
    found = _UBSAN.match(line)
    if found:
        for pattern, kind in _UBSAN_KINDS:
            if pattern.search(found.group(1)):
                return Report("ubsan", kind, [], complete=True)
        return Report("ubsan", "other", [], complete=True)
    return None


def _begin_memcheck(line: str) -> Optional[Report]:
    for pattern, kind, access in _MEMCHECK_KINDS:
        found = re.match(pattern, line)
        if found:
            sizes = {name: int(value.replace(",", "")) for name, value in found.groupdict().items()}
            return Report("memcheck", kind, [], sizes.get("block"), sizes.get("access"), access)
    return None


def _continue(report: Report, line: str) -> None:
    report.lines.append(line)
    if report.access is None and report.detector in ("asan", "tsan"):
        found = _ACCESS.match(line)
        if found:
            report.access = found.group(1).lower()
            report.access_size = int(found.group(2))
        elif _SIGNAL_ACCESS.match(line):
            report.access = _SIGNAL_ACCESS.match(line).group(1).lower()
    if report.block_size is None:
        found = _STACK_VARIABLE.search(line)
        if found:
            report.block_size = int(found.group(2)) - int(found.group(1))
        for pattern in _BLOCK_SIZES:
            found = pattern.search(line)
            if found:
                report.block_size = int(found.group(1).replace(",", ""))


def _end(line: str, reports: list[Report]) -> bool:
    """Marks the reports as complete that `line` ends; says whether it ended any."""
    ended = None
    found = _ASAN_END.match(line)
    if found:
        ended = "asan"
    elif _LSAN_END.match(line):
        ended = "lsan"
    elif _TSAN_END.match(line):
        ended = "tsan"
    elif _MSAN_END.match(line):
        ended = "msan"
    elif line.startswith("==") and _VALGRIND_END.search(line):
        ended = "memcheck"
    for report in reports:
        if report.detector == ended and not report.complete:
            report.complete = True
            if found:
                report.kind = found.group(1)  # the header words it in several ways
    return ended is not None
