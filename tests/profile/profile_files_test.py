"""The readers of profile files, on small files, on cut ones and on ones made to hurt."""

import gzip
import json
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from redzone_profile import dhat_file, heaptrack_file, sites  # noqa: E402
from redzone_profile.dhat_file import read_dhat  # noqa: E402
from redzone_profile.heaptrack_file import read_heaptrack  # noqa: E402
from redzone_profile.massif_file import read_massif  # noqa: E402
from redzone_profile.sites import Amounts, Frame, ProfileError, SiteTable  # noqa: E402

HEAPTRACK = """v 10400 3
X ./program
s 4 main
s a /src/own.c
s 6 malloc
s f /lib/libc.so.6
i 1000 4 1 2 a
i 2000 4 3
i 1008 4 1 2 b
t 1 0
t 2 1
t 3 0
a 64 2
a 20 2
+ 1
- 1
+ 0
+ 0
- 0
a 10 3
+ 2
+ 0
- 0
- 0
+ 2
c 10
# strings: 4
# ips: 2
"""
DHAT = {"dhatFileVersion": 2, "mode": "heap",
        "ftbl": ["[root]", "0x1: malloc (in /usr/libexec/valgrind/vgpreload_dhat-amd64-linux.so)",
                 "0x2: ns::(anonymous namespace)::f(int (*)(int)) (/src/a (b).c:12)",
                 "0x3: main (/src/own.c:7)"],
        "pps": [{"gb": 10, "tb": 30, "tbk": 3, "eb": 5, "ebk": 1, "fs": [1, 2, 3]}]}
MASSIF = """desc: --massif-out-file=x
cmd: ./program
time_unit: i
#-----------
snapshot=0
#-----------
time=0
mem_heap_B=100
heap_tree=peak
n2: 100 (heap allocation functions) malloc/new/new[], --alloc-fns, etc.
 n2: 90 0x1: deep (/src/own.c:3)
  n0: 60 0x2: main (/src/own.c:9)
  n0: 20 0x3: other (/src/own.c:8)
 n0: 10 in 4 places, all below massif's threshold (1.00%)
#-----------
snapshot=1
#-----------
time=9
mem_heap_B=0
heap_tree=empty
"""


class FileCase(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.path = Path(holder.name) / "profile.gz"

    def heaptrack(self, text):
        self.path.write_bytes(gzip.compress(text.encode()))
        return read_heaptrack(self.path, SiteTable("/src"), 60)

    def dhat(self, document):
        self.path.write_text(document if isinstance(document, str) else json.dumps(document))
        return read_dhat(self.path, SiteTable("/src"))

    def massif(self, text):
        self.path.write_text(text)
        return read_massif(self.path, SiteTable("/src"))

    def refused(self, reader, text, word):
        with self.assertRaises(ProfileError) as caught:
            reader(text)
        self.assertIn(word, str(caught.exception))
        self.assertIn(str(self.path), str(caught.exception))
        self.assertLess(len(str(caught.exception)), 600)


class Heaptrack(FileCase):
    def test_live_peak_and_total_are_followed_event_by_event(self):
        profile = self.heaptrack(HEAPTRACK)
        found = {site.project.line: site.amounts for site in profile.sites}
        # 32 of line 11 live at the end and 16 at the peak: the peak is not the sum of peaks.
        self.assertEqual(found, {10: Amounts(200, 332, 4, 0, 0), 11: Amounts(16, 32, 2, 32, 2)})
        self.assertEqual(profile.totals, Amounts(216, 364, 6, 32, 2))
        self.assertEqual(profile.sites[0].project, Frame("main", "own.c", 10, "/lib/libc.so.6"))
        self.assertEqual(profile.sites[0].frame, profile.sites[0].project)

    def test_a_cut_file_is_refused(self):
        for wrong, word in (("", "empty"), (HEAPTRACK[: HEAPTRACK.index("c 10")], "last line"),
                            ("rubbish\n", "does not begin with a version"),
                            ("v 10400 9\n", "file version 9"), ("\x00\xff" * 999, "version")):
            self.refused(self.heaptrack, wrong, word)
        self.path.write_bytes(gzip.compress(HEAPTRACK.encode())[:-12])
        with self.assertRaises(ProfileError):
            read_heaptrack(self.path, SiteTable("/src"), 60)
        self.path = self.path.with_suffix(".zst")
        self.path.write_bytes(b"no such thing")
        with self.assertRaises(ProfileError):
            read_heaptrack(self.path, SiteTable("/src"), 60)

    def test_records_that_name_nothing_are_refused(self):
        for wrong, word in (("+ 5", "does not exist"), ("t 4 0", "do not exist"),
                            ("t 1 9", "do not exist"), ("a 8 9", "does not exist"),
                            ("a 8", ""), ("+ zz", ""), ("- 1\n- 1\n- 1", "more was freed"),
                            ("a -8 1", "does not exist")):
            with self.subTest(wrong):
                self.refused(self.heaptrack, HEAPTRACK.replace("c 10", wrong), word)

    def test_tables_are_bounded(self):
        with mock.patch.object(heaptrack_file, "TABLE_MAX", 4):
            self.refused(self.heaptrack, HEAPTRACK, "more than 4 entries")
        # Strings and traces begin with an entry for nothing.
        with mock.patch.object(heaptrack_file, "TABLE_MAX", 5):
            self.heaptrack(HEAPTRACK)


class Dhat(FileCase):
    def test_points_are_summed_and_allocation_functions_skipped(self):
        profile = self.dhat({**DHAT, "pps": DHAT["pps"] * 3})
        (site,) = profile.sites
        self.assertEqual(site.amounts, Amounts(30, 90, 9, 15, 3))
        self.assertEqual(site.project, Frame("main", "own.c", 7))
        # The parentheses of a function's name are not those of its place.
        self.assertTrue(site.frame.function.startswith("ns::(anonymous namespace)::f("))

    def test_what_is_no_document_of_dhat_is_refused(self):
        whole = json.dumps(DHAT)
        for wrong, word in (("", "no whole"), (whole[:-9], "no whole"), ("[]", "no whole"),
                            ("[" * 200000, "no whole"),
                            (whole.replace('"gb": 10', '"gb": -1'), "no count"),
                            (whole.replace('"gb": 10', '"gb": true'), "no count"),
                            (whole.replace("[1, 2, 3]", "[1, 2, 9]"), "no whole"),
                            (whole.replace("[1, 2, 3]", "[-1]"), "no index"),
                            (whole.replace('Version": 2', 'Version": 7'), "version 7")):
            self.refused(self.dhat, wrong, word)

    def test_a_file_above_the_limit_is_refused_before_it_is_read(self):
        size = len(json.dumps(DHAT))
        with mock.patch.object(dhat_file, "FILE_BYTES_MAX", size):
            self.dhat(DHAT)
        with mock.patch.object(dhat_file, "FILE_BYTES_MAX", size - 1):
            self.refused(self.dhat, DHAT, f"the limit is {size - 1}")


class Massif(FileCase):
    def test_each_node_has_what_its_children_do_not_account_for(self):
        profile = self.massif(MASSIF)
        found = {site.frame and site.frame.line: site.amounts.peak_bytes for site in profile.sites}
        self.assertEqual(found, {3: 90, None: 10})
        self.assertEqual(profile.totals, Amounts(peak_bytes=100))

    def test_a_cut_or_contradictory_file_is_refused(self):
        for wrong, word in (("", "within a snapshot"), ("rubbish\n", "no 'desc:'"),
                            (MASSIF[: MASSIF.index("  n0: 20")], "before its last node"),
                            (MASSIF[: MASSIF.index("mem_heap_B=0")], "within a snapshot"),
                            (MASSIF.replace("n0: 60", "n0: 99"), "do not fit"),
                            (MASSIF.replace("  n0: 60", "    n0: 60"), "without a parent"),
                            (MASSIF.replace("  n0: 60", "  x0: 60"), "no node"),
                            (MASSIF.replace("B=100", "B=101"), "add up"),
                            (MASSIF.replace("B=100", "B=ten"), "no whole file"),
                            (MASSIF.replace("tree=peak", "tree=detailed"), "no snapshot")):
            with self.subTest(word):
                self.refused(self.massif, wrong, word)

    def test_stacks_have_a_depth(self):
        tree = "".join(" " * depth + f"n1: 8 0x1: f{depth} (/src/own.c:1)\n"
                       for depth in range(600))
        head = MASSIF[: MASSIF.index("n2: 100")].replace("B=100", "B=8")
        self.refused(self.massif, head + tree, "more than 512 frames")


class Sites(unittest.TestCase):
    def test_they_are_bounded_and_what_is_dropped_is_counted(self):
        table = SiteTable("/src", sites_max=2)
        for line in (1, 2, 3, 3, 1):
            table.add([Frame("f", "/src/a.c", line)], Amounts(1, 1, 1, 1, 1))
        profile = table.profile()
        self.assertEqual((len(profile.sites), profile.sites_dropped), (2, 2))
        self.assertEqual(profile.totals.total_bytes, 5)

    def test_names_are_bounded_and_printable(self):
        self.assertEqual(len(sites.bounded("x" * 400)), 400)
        self.assertEqual(sites.bounded("x" * 401), "x" * 397 + "...")
        self.assertEqual(sites.bounded("a\x1b[31m\n"), "a?[31m?")

    def test_a_folder_beside_the_project_is_not_its_own(self):
        table = SiteTable("/src")
        for file in ("/src2/a.c", "/src/../etc/a.c", "src/a.c", None):
            table.add([Frame("f", file, 1)], Amounts())
        self.assertEqual({site.project for site in table.profile().sites}, {None})

    def test_a_relative_path_is_the_projects_own_when_it_has_such_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "own").mkdir()
            (Path(folder) / "own" / "a.c").touch()
            table = SiteTable(folder)
            for file in ("../../own/a.c", "own/a.c", "./own/a.c", "./elf/dl-init.c"):
                table.add([Frame("f", file, 1)], Amounts(1))
        found = {site.project and site.project.file: site.amounts.peak_bytes
                 for site in table.profile().sites}
        self.assertEqual(found, {"own/a.c": 3, None: 1})

    def test_the_standard_library_allocates_for_somebody_else(self):
        stack = [Frame("operator new[](unsigned long)"), Frame("std::vector<int>::reserve"),
                 Frame("void std::string::_M_construct<char*>(char*)"),
                 Frame("_M_allocate", "/usr/include/c++/12/bits/stl_vector.h", 378),
                 Frame("???", None, None, "/usr/lib/libstdc++.so.6"),
                 Frame("nlohmann::parse", "/usr/include/nlohmann/json.hpp", 5),
                 Frame("mine", "/src/b/mine.cpp", 6), Frame("main", "/src/main.cpp", 7)]
        table = SiteTable("/src")
        table.add(stack, Amounts(1))
        (site,) = table.profile().sites
        self.assertEqual((site.project.file, site.frame.function),
                         ("b/mine.cpp", "nlohmann::parse"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
