"""The tables of arenas: the rows of arena_bench, whose controls run in turn with them, and how many
instructions a block takes."""

from __future__ import annotations

import glob
import shutil
from dataclasses import dataclass

from .figures import Spread, compared_rows, spread
from .instructions import instructions_a_block
from .process import BenchError, measure

SIZES = (8, 16, 64, 256)
BATCH_BLOCKS = 1024
RESET_KIB = (4, 32, 256, 1024, 4096, 16384, 65536)
CONTAINERS = ("vector_string", "unordered_map_string", "map_int", "list_int")
# In place of libc's malloc, one at a time: name, and where its library is.
ALLOCATORS = {"mimalloc": "libmimalloc.so*", "jemalloc": "libjemalloc.so*",
              "tcmalloc": "libtcmalloc_minimal.so*"}
LIBRARY_FOLDERS = ("/usr/lib/*", "/usr/lib", "/usr/lib64", "/usr/local/lib")
OWN = "glibc"


@dataclass(frozen=True)
class Row:
    own: Spread
    ratio: Spread
    ratios: list

    def cell(self) -> str:
        digits = 2 if self.own.median < 100 else 0
        return f"{self.own.median:.{digits}f}, {self.ratio.text(2)}"


class Rows:
    """Those of every repetition; of an allocator in place of libc's by its name and the row's."""

    def __init__(self) -> None:
        self.runs: dict = {}

    def add(self, allocator: str, document: bytes) -> None:
        for name, compared in compared_rows(document, "arena_bench").items():
            self.runs.setdefault((allocator, name), []).append(compared)

    def has(self, name: str, allocator: str = OWN) -> bool:
        return (allocator, name) in self.runs

    def row(self, name: str, allocator: str = OWN) -> Row:
        if not self.has(name, allocator):
            raise BenchError(f"arena_bench has no row {name} under {allocator}; next step: build "
                             "the programs again")
        runs = self.runs[allocator, name]
        ratios = [run.ratio for run in runs]
        return Row(spread([run.own_ns for run in runs]), spread(ratios), ratios)


def find_library(name: str) -> str:
    """The path of a shared library; nothing where there is none."""
    for folder in LIBRARY_FOLDERS:
        for path in sorted(glob.glob(f"{folder}/{name}")):
            return path
    return ""


def _allocators(bench) -> dict:
    """name -> library, of those that this machine has and the loader takes."""
    found = {}
    for name, library in ALLOCATORS.items():
        path = find_library(library)
        if not path:
            bench.say(f"{name}: there is no {library}, so it has no rows; next step: scripts/setup "
                      "bench")
            continue
        loaded = measure([bench.programs / "arena_bench"], set(bench.cpus), bench.limit_s,
                         bench.programs, {"LD_PRELOAD": path, "LD_TRACE_LOADED_OBJECTS": "1"})
        if path not in loaded.output.decode(errors="replace"):
            raise BenchError(f"the loader does not take {path}; next step: install it again")
        found[name] = path
    return found


def _measure(bench) -> tuple:
    rows = Rows()
    allocators = _allocators(bench)
    options = ["--benchmark_format=json", f"--benchmark_min_time={bench.row_seconds}"]
    program = bench.programs / "arena_bench"
    one, all_cpus = {bench.cpus[0]}, set(bench.cpus[:2])
    for repetition in range(1, bench.repetitions + 1):
        bench.say(f"repetition {repetition} of {bench.repetitions}")
        for pattern, cpus in (("-^threads/", one), ("^threads/", all_cpus)):
            rows.add(OWN, measure([program, *options, f"--benchmark_filter={pattern}"], cpus,
                                  bench.limit_s, bench.programs).output)
        for name, library in allocators.items():
            rows.add(name, measure([program, *options, "--benchmark_filter=/general"], all_cpus,
                                   bench.limit_s, bench.programs,
                                   {"LD_PRELOAD": library}).output)
    return rows, (OWN, *allocators)


def _table(head: tuple, lines: list) -> str:
    texts = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    return "\n".join(texts + ["| " + " | ".join(line) + " |" for line in lines])


def _blocks(rows: Rows, allocators: tuple) -> str:
    def line(shown: str, kind: str, allocator: str = OWN) -> tuple:
        return (shown, *(rows.row(f"{kind}/bytes:{size}", allocator).cell() for size in SIZES))

    lines = [line("allocate()", "fixed/allocate"), line("try_allocate()", "fixed/try_allocate"),
             line("Arena, grown by chunks", "fixed/growing"),
             line("thread_arena()", "fixed/thread_arena"),
             line("C interface", "fixed/c_interface"),
             line("ArenaResource", "resource/to_raw_bump"),
             line("counts_blocks", "fixed/counting"),
             line("zeroed at reset", "zeroed_to_raw_bump/allocate"),
             line("std::pmr monotonic, called directly", "fixed/std_monotonic")]
    if rows.has("fixed/protobuf/bytes:8"):
        lines.append(line("protobuf arena", "fixed/protobuf"))
    lines += [line(f"malloc and free, {name}", "fixed/general", name) for name in allocators]
    lines += [line("allocate(), touched", "touched/allocate"),
              line("std::pmr monotonic, touched", "touched/std_monotonic")]
    if rows.has("touched/protobuf/bytes:8"):
        lines.append(line("protobuf arena, touched", "touched/protobuf"))
    lines += [line(f"malloc and free, {name}, touched", "touched/general", name)
              for name in allocators]
    return _table(("ns a block, to the raw bump", *(f"{size} B" for size in SIZES)), lines)


def _mixed(rows: Rows, allocators: tuple) -> str:
    kinds = ("mixed", "mixed_sizes")

    def line(shown: str, name: str, allocator: str = OWN) -> tuple:
        return (shown, *(rows.row(f"{kind}/{name}", allocator).cell()
                         if rows.has(f"{kind}/{name}", allocator) else "" for kind in kinds))

    lines = [line("allocate()", "allocate"), line("C interface", "c_interface"),
             line("std::pmr monotonic, called directly", "std_monotonic")]
    if rows.has("mixed_sizes/protobuf"):
        lines.append(line("protobuf arena", "protobuf"))
    lines += [line(f"malloc and free, {name}", "general", name) for name in allocators]
    return _table(("ns a block, to the raw aligned bump", "size and alignment", "size alone"),
                  lines)


def _threads(rows: Rows, allocators: tuple) -> str:
    lines = [(shown, rows.row(f"threads/{name}").cell()) for shown, name in
             (("raw bump", "raw_bump"), ("allocate()", "allocate"),
              ("zeroed at reset", "zeroed"), ("thread_arena()", "thread_arena"),
              ("protobuf arena", "protobuf")) if rows.has(f"threads/{name}")]
    lines += [(f"malloc and free, {name}", rows.row("threads/general", name).cell())
              for name in allocators]
    return _table(("64 B", "ns beside a second thread, to the same alone"), lines)


def _zero(rows: Rows) -> str:
    lines = []
    for kib in RESET_KIB:
        row = rows.row(f"reset/zeroing/bytes:{kib << 10}")
        lines.append((f"{kib} KiB", f"{(kib << 10) / row.own.median:.1f}", row.cell()))
    lines += [(f"1024 blocks of {size} B", f"{size / rows.row(name).own.median:.1f}",
               rows.row(name).cell())
              for size in SIZES for name in (f"zeroed/allocate/bytes:{size}",)]
    return _table(("given back and zeroed", "GB/s", "ns, to a raw bump and memset"), lines)


def _containers(rows: Rows, allocators: tuple) -> str:
    def line(shown: str, memory: str, allocator: str = OWN) -> tuple:
        return (shown, *(f"{row.own.median:.1f}, {row.ratio.text(0)}" for row in
                         (rows.row(f"{container}/{memory}", allocator)
                          for container in CONTAINERS)))

    lines = [line("ArenaAllocator, zeroed", "allocator_zeroing"),
             line("ArenaAllocator", "allocator"),
             line("ArenaResource, zeroed", "resource_zeroing"), line("ArenaResource", "resource"),
             line("std::pmr monotonic", "std_monotonic")]
    lines += [line(f"std, {name}", "general", name) for name in allocators]
    return _table(("ns an element, to the raw bump", "vector\\<string\\>",
                   "unordered_map\\<string, int\\>", "map\\<int, int\\>",
                   "list\\<int\\>"), lines)


def _of_ours(rows: Rows, container: str, allocators: tuple, peers: str) -> tuple:
    """The best of others, and ours with zeroing to it, both in the same process and in turn."""
    candidates = {f"std, {name}": rows.row(f"{container}/general_beside_ours", name)
                  for name in allocators}
    if peers == "all":
        candidates["std::pmr monotonic"] = rows.row(f"{container}/std_monotonic_beside_ours")
    name, best = min(candidates.items(), key=lambda item: item[1].ratio.median)
    return name, spread([1 / ratio for ratio in best.ratios])


def _limits(rows: Rows, allocators: tuple, counted: dict) -> str:
    def to(name: str) -> str:
        return rows.row(name).ratio.text(2)

    lines = [(f"allocate(), {size} B, to the raw bump", "1.15", to(f"fixed/allocate/bytes:{size}"))
             for size in SIZES]
    lines += [
        ("run-time size and alignment, to the raw aligned bump", "1.30", to("mixed/allocate")),
        ("ArenaResource to std::pmr monotonic, 64 B", "0.82",
         to("resource/to_std_monotonic/bytes:64")),
        ("C interface to the raw bump, 64 B", "4.48", to("fixed/c_interface/bytes:64")),
        ("thread_arena() to the raw bump, 64 B", "1.72", to("fixed/thread_arena/bytes:64")),
        ("two threads to one", "1.05", to("threads/allocate")),
        ("zeroing 32 KiB, to memset", "1.05", to(f"reset/zeroing/bytes:{32 << 10}")),
        ("zeroing 1 MiB, to memset", "1.05", to(f"reset/zeroing/bytes:{1 << 20}"))]
    for container, limit, peers in (("vector_string", "1.00", "general"),
                                    ("unordered_map_string", "1.00", "general"),
                                    ("unordered_map_string", "0.85", "all"),
                                    ("list_int", "1.00", "general"), ("list_int", "0.60", "all")):
        name, measured = _of_ours(rows, container, allocators, peers)
        lines.append((f"{container}, zeroed, to {name}", limit, measured.text(2)))
    for shown, name in (("8 B", "allocate_8"), ("64 B", "allocate"), ("256 B", "allocate_256")):
        if counted:
            lines.append((f"instructions of allocate(), {shown}", "8",
                          f"{counted[name] - counted['loop']:.1f}"))
    return _table(("what", "at most", "measured"), lines)


def _counted(bench) -> dict:
    if shutil.which("valgrind") is None:
        bench.say("instructions: valgrind is not on this machine, so they are not counted; next "
                  "step: scripts/setup bench")
        return {}
    return instructions_a_block(bench.programs / "arena_instructions", BATCH_BLOCKS, bench.limit_s,
                                set(bench.cpus))


def _instructions(counted: dict) -> str:
    lines = [(name.replace("_", " "), f"{count - counted[loop]:.1f}")
             for name, count in sorted(counted.items(), key=lambda item: item[1])
             for loop in ("mixed_loop" if name.startswith("mixed") else "loop",)
             if not name.endswith("loop")]
    return _table(("64 B", "instructions a block"), lines)


def arena(bench) -> str:
    """Arenas: blocks, zeroing, threads, containers, as ratios to the controls of the same row."""
    if len(bench.cpus) < 2:
        raise BenchError("two threads need two processors; next step: --cpus with two of them")
    counted = _counted(bench)
    rows, allocators = _measure(bench)
    parts = [_limits(rows, allocators, counted), _blocks(rows, allocators),
             _mixed(rows, allocators), _zero(rows), _threads(rows, allocators),
             _containers(rows, allocators)]
    if counted:
        parts.append(_instructions(counted))
    return "\n\n".join(parts)
