"""A project's benchmarks show their memory with an installed redzone, whatever the version of
Google Benchmark; where it cannot be known, they show none and say why."""

import json
import re
import shutil
import sys
import unittest
from pathlib import Path

from consumer_case import InstalledCase, main

VALGRIND = shutil.which("valgrind")
HAS_BENCHMARK = Path("/usr/include/benchmark/benchmark.h").is_file()
ITERATIONS = 16  # at most, in the run that counts

# The part of <benchmark/benchmark.h> that the header uses, in the versions that differ in it.
IMITATION = """\
#pragma once
#include <cstdint>
#include <limits>
#include <string>
namespace benchmark {{
class MemoryManager {{
 public:
  struct Result {{
    int64_t num_allocs = 0;
    int64_t max_bytes_used = 0;
    {totals}
  }};
  virtual ~MemoryManager() {{}}
  virtual void Start() = 0;
  {stop}
}};
inline MemoryManager* registered;
inline void RegisterMemoryManager(MemoryManager* manager) {{ registered = manager; }}
inline void AddCustomContext(const std::string&, const std::string&) {{}}
}}
"""
TOTALS = "int64_t total_allocated_bytes = -1; int64_t net_heap_growth = -1;"
BY_POINTER = "virtual void Stop(Result* result) = 0;"
BY_REFERENCE = "virtual void Stop(Result& result) = 0;"
VERSIONS = {"1.5, pointer": (BY_POINTER, ""),
            "1.7, both": (BY_POINTER + " virtual void Stop(Result& result) { Stop(&result); }",
                          TOTALS),
            "1.8, reference": (BY_REFERENCE, TOTALS)}
CALLER = """\
#include "redzone/testing_benchmark/memory_manager.hpp"
#include <cstdio>
#include <cstdlib>
int main() {
  if (!redzone::testing_benchmark::register_memory_manager()) return 1;
  benchmark::MemoryManager::Result result;
  benchmark::registered->Start();
  void* volatile block = std::malloc(1337);
  std::free(block);
  void* volatile kept = std::malloc(666);
  benchmark::registered->STOP;
  std::free(kept);
  std::printf("%d %d", int(result.num_allocs), int(result.max_bytes_used));
#ifdef TOTALS
  std::printf(" %d %d", int(result.total_allocated_bytes), int(result.net_heap_growth));
#endif
  // What got lost on the way is no 0.
  redzone::testing_benchmark::detail::fill(result, redzone::heap::Figures());
  std::printf(" %d", int(result.num_allocs == INT64_MAX && result.max_bytes_used == INT64_MAX));
}
"""


class MemoryRows(InstalledCase):
    def rows(self, *command):
        """The context and the rows by name, of what the consumer prints."""
        printed = self.command(*command, self.folder / "tree" / "consumer",
                               "--benchmark_format=json", "--benchmark_min_time=0.001",
                               VALGRIND_OPTS="")
        document = json.loads(printed[printed.index("{"):printed.rindex("}") + 1])
        return document["context"], {row["name"]: row for row in document["benchmarks"]}

    @unittest.skipUnless(HAS_BENCHMARK, "Google Benchmark is not on this machine; next step: "
                         "scripts/setup normal")
    def test_every_row_has_its_allocations_and_bytes(self):
        self.configure("memory_rows", f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.command("cmake", "--build", self.folder / "tree")
        context, rows = self.rows()
        self.assertEqual(context["redzone_heap"], "interposer")
        self.assertEqual(set(rows), {"nothing", "ten_blocks", "keeps"})
        nothing, ten_blocks, keeps = (rows[name] for name in ("nothing", "ten_blocks", "keeps"))
        self.assertLess(nothing["allocs_per_iter"], 1)  # what the harness itself allocates
        self.assertEqual(ten_blocks["allocs_per_iter"] - nothing["allocs_per_iter"], 10)
        self.assertEqual(ten_blocks["total_allocated_bytes"] - nothing["total_allocated_bytes"],
                         ITERATIONS * 10_000)
        self.assertIn(ten_blocks["max_bytes_used"], range(2000, 2000 + 1000))
        self.assertEqual(ten_blocks["net_heap_growth"], 0)
        self.assertEqual(keeps["net_heap_growth"], 10_000)

        if VALGRIND is None:
            self.skipTest("valgrind is not on this machine; next step: scripts/setup valgrind")
        context, rows = self.rows(VALGRIND, "-q")
        self.assertRegex(context["redzone_heap"], "^allocation_count is unknown: .*memcheck")
        for row in rows.values():
            for column in ("allocs_per_iter", "max_bytes_used", "net_heap_growth"):
                self.assertNotIn(column, row)

    def test_the_header_fits_every_version_of_google_benchmark(self):
        for version, (stop, totals) in VERSIONS.items():
            with self.subTest(version=version):
                place = self.folder / re.sub(r"\W+", "_", version) / "benchmark"
                place.mkdir(parents=True)
                (place / "benchmark.h").write_text(IMITATION.format(stop=stop, totals=totals))
                call = "Stop(&result)" if stop == BY_POINTER else "Stop(result)"
                (place / "caller.cpp").write_text(CALLER.replace("STOP", call))
                self.command("g++", "-std=c++17", "-Wall", "-Wextra", "-Werror",
                             *(["-DTOTALS"] if totals else []), "-I", place.parent,
                             "-I", self.prefix / "include", place / "caller.cpp",
                             *self.archives("heap_interposer", "heap"), "-Wl,-u,malloc", "-ldl",
                             "-o", place / "caller")
                self.assertEqual(self.command(place / "caller"),
                                 "2 1337 2003 666 1" if totals else "2 1337 1")

    def archives(self, *names):
        return [next(self.prefix.rglob(f"libredzone_{name}.a")) for name in names]


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} BUILD-FOLDER")
    main()
