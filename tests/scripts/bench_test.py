"""scripts/bench with programs that print known figures: its medians, differences and ratios."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "scripts" / "bench"

# Prints, at its Nth run, the Nth figure of each row that the filter asks for.
FAKE = """#!{python}
import json, pathlib, re, sys
figures = json.loads({figures!r})
place = pathlib.Path(__file__ + ".runs")
number = int(place.read_text()) if place.exists() else 0
place.write_text(str(number + 1))
wanted = next(word.partition("=")[2] for word in sys.argv if "filter" in word)
print(json.dumps({{"benchmarks": [
    {{"name": name, "run_type": "iteration", "cpu_time": values[number % len(values)],
      "time_unit": "ns"}} for name, values in figures.items() if re.search(wanted, name)]}}))
"""


class BenchCase(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.cpu = str(min(os.sched_getaffinity(0)))

    def program(self, name, text):
        (self.folder / name).write_text(text)
        (self.folder / name).chmod(0o755)

    def benchmark(self, name, rows):
        self.program(name, FAKE.format(python=sys.executable, figures=json.dumps(rows)))

    def run_bench(self, *arguments, status=0, **environment):
        done = subprocess.run([sys.executable, "-B", str(BENCH), "--programs", str(self.folder),
                               *arguments], env={**os.environ, **environment}, timeout=100,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout if status == 0 else done.stderr

    @staticmethod
    def cells(printed):
        """The cells of each line of a table, by its first two words."""
        lines = [[cell.strip() for cell in line.strip("|").split("|")]
                 for line in printed.splitlines() if line.startswith("| ")]
        return {tuple(line[:2]): line[2:] for line in lines}


class Tables(BenchCase):
    def test_a_cell_is_a_median_and_a_difference_is_taken_within_a_repetition(self):
        # The second repetition met a slow moment, which says nothing about the difference.
        self.benchmark("plain_heap_bench", {f"plain/{body}/bytes:64": [10.0, 30.0, 12.0]
                                            for body in ("malloc_free", "new_delete")})
        self.benchmark("heap_bench", {f"idle/{body}/bytes:64": [11.0, 31.5, 14.0]
                                      for body in ("malloc_free", "new_delete")})
        kinds = ("faults_idle", "faults_counting", "faults_by_stack")
        self.benchmark("heap_faults_bench", {f"{kind}/{body}/bytes:64": [110.0, 130.0, 112.0]
                                             for kind in kinds
                                             for body in ("malloc_free", "new_delete")})
        cells = self.cells(self.run_bench("--repetitions", "3", "faults"))
        self.assertEqual(cells["plain", "malloc_free"], ["64", "12.0 (10.0 to 30.0)", ""])
        self.assertEqual(cells["idle", "malloc_free"],
                         ["64", "14.0 (11.0 to 31.5)", "1.5 (1.0 to 2.0)"])
        self.assertEqual(cells["faults_by_stack", "new_delete"],
                         ["64", "112.0 (110.0 to 130.0)", "100.0 (100.0 to 100.0)"])

    @unittest.skipUnless(len(os.sched_getaffinity(0)) > 1, "two threads need two processors")
    def test_a_ratio_is_taken_within_a_repetition(self):
        rows = {"plain": {}, "heap": {}}
        for kind in ("plain", "idle", "scope", "explained"):
            rows["plain" if kind == "plain" else "heap"].update(
                {f"{kind}/malloc_free/bytes:64": [10.0, 20.0, 40.0],
                 f"{kind}/malloc_free/bytes:64/threads:2": [11.0, 21.0, 48.0]})
        self.benchmark("plain_heap_bench", rows["plain"])
        self.benchmark("heap_bench", rows["heap"])
        cells = self.cells(self.run_bench("--repetitions", "3", "threads"))
        self.assertEqual(cells["scope", "20.0 (10.0 to 40.0)"],
                         ["21.0 (11.0 to 48.0)", "1.10 (1.05 to 1.20)"])

    def test_whole_processes_are_measured_with_those_that_they_start(self):
        busy = "i=0; while [ $i -lt {} ]; do i=$((i+1)); done"
        self.program("index_words_plain", f"#!/bin/sh\n{busy.format(50000)}\n")
        self.program("index_words_counted", f"#!/bin/sh\n{busy.format(100000)}\n")
        # As heaptrack does, it runs the program that it is given as a child.
        self.program("heaptrack", f'#!/bin/sh\nshift 2\n"$@"\n{busy.format(150000)}\n')
        printed = self.run_bench("--repetitions", "3", "processes",
                                 PATH=f"{self.folder}:{os.environ['PATH']}")
        cells = {key[0]: value for key, value in self.cells(printed).items()}
        self.assertEqual(cells["plain"][0], "1.00 (1.00 to 1.00)")
        ratio = {name: float(cells[name][0].split()[0]) for name in ("scope", "heaptrack")}
        self.assertGreater(ratio["scope"], 1.0)
        self.assertGreater(ratio["heaptrack"], ratio["scope"])


# As arena_bench under the loader's trace and as itself; as callgrind for arena_instructions.
FAKE_ARENA = """#!{python}
import json, os, re, sys
if os.environ.get("LD_TRACE_LOADED_OBJECTS"):
    print(os.environ["LD_PRELOAD"])
    sys.exit()
wanted = next(word.partition("=")[2] for word in sys.argv if "filter" in word)
unwanted = wanted.startswith("-")
rows = json.loads({rows!r})
print(json.dumps({{"benchmarks": [
    {{"name": name + "/manual_time", "own_ns": own, "control_ns": 1.0, "ratio": own}}
    for name, own in rows.items() if bool(re.search(wanted.lstrip("-"), name)) != unwanted]}}))
"""
FAKE_VALGRIND = """#!{python}
import sys
place = next(word.partition("=")[2] for word in sys.argv if "out-file" in word)
rounds = int(sys.argv[-1])
with open(place, "w") as file:
    for name, block in (("loop", 2), ("allocate", 7), ("allocate_8", 7), ("allocate_256", 9)):
        # What is made once, the loop itself and what it calls.
        file.write(f"fn=count_{{name}}\\n0 500\\ncalls=1 0\\n0 {{block * 1024 * rounds}}\\n")
"""


class Arenas(BenchCase):
    def arena_rows(self):
        names = [f"{kind}/bytes:{size}" for size in (8, 16, 64, 256) for kind in (
            "fixed/allocate", "fixed/try_allocate", "fixed/growing", "fixed/thread_arena",
            "fixed/c_interface", "fixed/counting", "fixed/std_monotonic", "fixed/general",
            "resource/to_raw_bump", "resource/to_std_monotonic", "zeroed_to_raw_bump/allocate",
            "zeroed/allocate", "touched/allocate", "touched/std_monotonic", "touched/general")]
        names += [f"{kind}/{name}" for kind in ("mixed", "mixed_sizes")
                  for name in ("allocate", "c_interface", "std_monotonic", "general")]
        names += [f"threads/{name}" for name in ("raw_bump", "allocate", "zeroed", "thread_arena",
                                                 "general")]
        names += [f"reset/zeroing/bytes:{kib << 10}"
                  for kib in (4, 32, 256, 1024, 4096, 16384, 65536)]
        names += [f"{container}/{memory}" for container in (
            "vector_string", "unordered_map_string", "map_int", "list_int") for memory in (
            "general", "std_monotonic", "allocator_zeroing", "allocator", "resource_zeroing",
            "resource", "general_beside_ours", "std_monotonic_beside_ours")]
        return {name: 8.0 if name.endswith("general") else 2.0 for name in names}

    def run_arena(self, rows, **environment):
        self.program("arena_bench", FAKE_ARENA.format(python=sys.executable,
                                                      rows=json.dumps(rows)))
        self.program("arena_instructions", "")
        return self.run_bench("--repetitions", "2", "arena", **environment)

    @unittest.skipUnless(len(os.sched_getaffinity(0)) > 1, "two threads need two processors")
    def test_each_limit_stands_beside_what_was_measured(self):
        self.program("valgrind", FAKE_VALGRIND.format(python=sys.executable))
        rows = {**self.arena_rows(), "fixed/allocate/bytes:8": 1.1,
                "list_int/std_monotonic_beside_ours": 1.6, "fixed/protobuf/bytes:8": 3.0}
        for size in (16, 64, 256):
            rows[f"fixed/protobuf/bytes:{size}"] = 3.0
        printed = self.run_arena(rows, PATH=f"{self.folder}:{os.environ['PATH']}")
        cells = self.cells(printed)
        self.assertEqual(cells["allocate(), 8 B, to the raw bump", "1.15"],
                         ["1.10 (1.10 to 1.10)"])
        # The best peer is found among all of them; a block without the loop, what is called too.
        self.assertEqual(cells["list_int, zeroed, to std::pmr monotonic", "0.60"],
                         ["0.62 (0.62 to 0.62)"])
        self.assertEqual(cells["instructions of allocate(), 64 B", "8"], ["5.0"])
        self.assertIn("protobuf arena", printed)

    @unittest.skipUnless(len(os.sched_getaffinity(0)) > 1, "two threads need two processors")
    def test_what_is_not_installed_has_no_rows(self):
        printed = self.run_arena(self.arena_rows(), PATH=str(self.folder))
        self.assertNotIn("protobuf", printed)
        self.assertNotIn("instructions", printed)
        self.assertIn("malloc and free, glibc", printed)


class Failures(BenchCase):
    def test_a_wrong_command_line_is_told_what_there_is(self):
        said = self.run_bench("pears", status=2)
        self.assertIn("there is no table 'pears'; there are pairs, threads, faults, processes, "
                      "arena", said)
        self.assertIn("100 is not in 1 to 99", self.run_bench("--repetitions", "100", status=2))
        self.assertIn("may not use processor 4095", self.run_bench("--cpus", "4095", status=2))

    def test_what_cannot_be_measured_ends_in_3_and_names_the_culprit(self):
        self.assertIn("plain_heap_bench cannot be started", self.run_bench("pairs", status=3))
        self.program("plain_heap_bench", "#!/bin/sh\necho the disk is full >&2\nexit 7\n")
        said = self.run_bench("pairs", status=3)
        self.assertRegex(said, r"plain_heap_bench --bench.* failed with 7: the disk is full")
        self.program("plain_heap_bench", "#!/bin/sh\necho no json\n")
        self.assertIn("plain_heap_bench printed no JSON of Google Benchmark",
                      self.run_bench("pairs", status=3))
        self.program("plain_heap_bench", "#!/bin/sh\nexec sleep 60\n")
        self.assertIn("ran into the time limit of 1 s",
                      self.run_bench("--time-limit", "1", "pairs", status=3))

    def test_a_row_that_is_not_there_is_named(self):
        self.benchmark("plain_heap_bench", {"plain/malloc_free/bytes:16": [1.0]})
        self.benchmark("heap_bench", {"scope/malloc_free/bytes:16": [1.0]})
        self.assertIn("no program has the row idle/malloc_free/bytes:16",
                      self.run_bench("--repetitions", "1", "pairs", status=3))

    def test_without_heaptrack_the_table_of_processes_says_what_to_install(self):
        said = self.run_bench("processes", status=3, PATH=str(self.folder))
        self.assertIn("next step: scripts/setup profile", said)

    def test_two_threads_need_two_processors(self):
        self.assertIn("--cpus with two of them",
                      self.run_bench("--cpus", self.cpu, "threads", status=3))


class Documents(unittest.TestCase):
    def test_the_page_shows_each_table_of_the_script(self):
        page = (ROOT / "bench" / "README.md").read_text()
        listed = subprocess.run([sys.executable, "-B", str(BENCH), "--help"], capture_output=True,
                                text=True, timeout=60, check=True).stdout
        tables = re.search(r"^tables: ([a-z ]+) \(", listed, re.MULTILINE).group(1).split()
        self.assertEqual(len(tables), 5)
        for table in tables:
            self.assertIn(f"\nscripts/bench {table}\n", page)


if __name__ == "__main__":
    if shutil.which("sh") is None:
        sys.exit("sh is not on this machine")
    unittest.main(verbosity=2)
