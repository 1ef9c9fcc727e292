"""The tables that scripts/bench prints: each is measured in one go, its programs in turn."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from .arena import arena
from .figures import cpu_ns_of_rows, differences, ratios, spread
from .process import BenchError, measure

PAIR_PROGRAMS = ("plain_heap_bench", "heap_bench", "heap_faults_bench")
KINDS = ("idle", "scope", "thread_scope", "explained", "recorded")
SIZES = (16, 64, 1024, 65536, 98304)


@dataclass(frozen=True)
class Bench:
    programs: Path  # the folder with the programs of bench/
    repetitions: int
    cpus: tuple  # all that may be used; the first alone for what has one thread
    limit_s: float
    row_seconds: float
    words: int
    say: Callable[[str], None]


def _rows(bench: Bench, pattern: str, cpus: set, programs: tuple) -> dict:
    """name of a row -> one figure a repetition."""
    rows: dict = {}
    for repetition in range(1, bench.repetitions + 1):
        bench.say(f"repetition {repetition} of {bench.repetitions}")
        for program in programs:
            done = measure([bench.programs / program, "--benchmark_format=json",
                            f"--benchmark_min_time={bench.row_seconds}",
                            f"--benchmark_filter={pattern}"], cpus, bench.limit_s, bench.programs)
            for name, figure in cpu_ns_of_rows(done.output, program).items():
                rows.setdefault(name, []).append(figure)
    return rows


def _row(rows: dict, name: str) -> list:
    if name not in rows:
        raise BenchError(f"no program has the row {name}; next step: build the programs again")
    return rows[name]


def _table(head: tuple, lines: list) -> str:
    texts = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    return "\n".join(texts + ["| " + " | ".join(line) + " |" for line in lines])


def _line(rows: dict, kind: str, body: str, size: int) -> tuple:
    own = _row(rows, f"{kind}/{body}/bytes:{size}")
    added = "" if kind == "plain" else differences(
        own, _row(rows, f"plain/{body}/bytes:{size}")).text(1)
    return kind, body, str(size), spread(own).text(1), added


HEAD = ("program", "pair", "bytes", "ns a pair", "ns added to plain")


def pairs(bench: Bench) -> str:
    """CPU time of taking one block and giving it back, by what looks on."""
    pattern = "^(plain|idle|scope|thread_scope|explained|recorded)/[a-z_]+/bytes:[0-9]+$"
    rows = _rows(bench, pattern, {bench.cpus[0]}, PAIR_PROGRAMS[:2])
    lines = [_line(rows, kind, "malloc_free", size) for size in SIZES
             for kind in ("plain", *KINDS)]
    lines += [_line(rows, kind, "new_delete", 64) for kind in ("plain", *KINDS)]
    return _table(HEAD, lines)


def threads(bench: Bench) -> str:
    """CPU time of a pair of 64 bytes in two threads at once, against one thread."""
    if len(bench.cpus) < 2:
        raise BenchError("two threads need two processors; next step: --cpus with two of them")
    rows = _rows(bench, "^(plain|idle|scope|explained)/malloc_free/bytes:64(/threads:2)?$",
                 set(bench.cpus[:2]), PAIR_PROGRAMS[:2])
    lines = []
    for kind in ("plain", "idle", "scope", "explained"):
        one = _row(rows, f"{kind}/malloc_free/bytes:64")
        two = _row(rows, f"{kind}/malloc_free/bytes:64/threads:2")
        lines.append((kind, spread(one).text(1), spread(two).text(1), ratios(two, one).text(2)))
    return _table(("program", "ns, one thread", "ns, two threads", "two to one"), lines)


def faults(bench: Bench) -> str:
    """CPU time of a pair of 64 bytes in a program that can make allocations fail."""
    rows = _rows(bench, "^(plain|idle|faults_[a-z_]+)/[a-z_]+/bytes:64$", {bench.cpus[0]},
                 PAIR_PROGRAMS)
    return _table(HEAD, [_line(rows, kind, body, 64)
                         for body in ("malloc_free", "new_delete")
                         for kind in ("plain", "idle", "faults_idle", "faults_counting",
                                      "faults_by_stack")])


def processes(bench: Bench) -> str:
    """A whole program that allocates much: without redzone, under scopes, under heaptrack."""
    heaptrack = shutil.which("heaptrack")
    if heaptrack is None:
        raise BenchError("heaptrack is not on this machine; next step: scripts/setup profile")
    plain, counted = (bench.programs / f"index_words_{name}" for name in ("plain", "counted"))
    with tempfile.TemporaryDirectory(prefix="redzone-bench-") as folder:
        commands = {"plain": [plain, bench.words],
                    **{kind: [counted, kind, bench.words]
                       for kind in ("scope", "explained", "recorded")},
                    "heaptrack": [heaptrack, "--output", f"{folder}/profile", plain, bench.words]}
        runs: dict = {name: [] for name in commands}
        for repetition in range(1, bench.repetitions + 1):
            bench.say(f"repetition {repetition} of {bench.repetitions}")
            for name, command in commands.items():
                runs[name].append(measure(command, set(bench.cpus), bench.limit_s, Path(folder)))
    lines = []
    for name, measured in runs.items():
        cpu, wall = ([getattr(run, what) for run in measured] for what in ("cpu_s", "wall_s"))
        base = runs["plain"]
        lines.append((name, spread(cpu).text(2), ratios(cpu, [run.cpu_s for run in base]).text(2),
                      spread(wall).text(2),
                      spread([run.peak_kib / 1024 for run in measured]).text(1)))
    return _table(("under", "CPU s", "CPU, to plain", "wall s", "peak MiB"), lines)


TABLES = {"pairs": pairs, "threads": threads, "faults": faults, "processes": processes,
          "arena": arena}
