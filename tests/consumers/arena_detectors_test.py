"""One installed redzone, built without a detector: the arenas of programs by both compilers are
seen into by AddressSanitizer, ThreadSanitizer and Valgrind, and clean programs are left alone."""

import shutil
import sys
import unittest

from consumer_case import CLANG, InstalledCase, main

VALGRIND = shutil.which("valgrind")
OPTIONS = {"ASAN_OPTIONS": "detect_leaks=1", "LSAN_OPTIONS": "", "TSAN_OPTIONS": "",
           "UBSAN_OPTIONS": "halt_on_error=1", "VALGRIND_OPTS": ""}  # fmt: skip
MEMCHECK = (VALGRIND, "-q", "--error-exitcode=99", "--leak-check=full",
            "--show-leak-kinds=definite,indirect,possible",
            "--errors-for-leak-kinds=definite,indirect,possible")  # fmt: skip
BUGS = ("use_after_reset", "tail", "neighbour", "uninitialised", "race")


class ArenaDetectors:
    """What each compiler's programs have to show."""

    compiler = None

    def program(self, flags):
        self.configure("arena-detectors", f"-DCMAKE_PREFIX_PATH={self.prefix}",
                       f"-DCMAKE_CXX_COMPILER={self.compiler}",
                       f"-DCMAKE_CXX_FLAGS=-O1 -gdwarf-4 {flags}")  # what Valgrind 3.19 reads
        self.command("cmake", "--build", self.folder / "tree")
        return self.folder / "tree" / "arena_bugs"

    def run_it(self, *command, status=0):
        return self.command_at_fixed_addresses(*command, status=status, **OPTIONS)

    def assert_reported(self, reports, status, *command):
        """Each bug ends with `status` and its texts, or, where it has none, unseen."""
        for bug in BUGS:
            with self.subTest(bug=bug):
                texts = reports.get(bug, ())
                printed = self.run_it(*command, bug, status=status if texts else 0)
                for text in texts:
                    self.assertIn(text, printed)
                if not texts:
                    self.assertEqual(printed, "")

    def test_plain_and_under_valgrind(self):
        program = self.program("")
        for name in ("clean", *BUGS):
            self.assertEqual(self.run_it(program, name), "")
        if VALGRIND is None:
            self.skipTest("valgrind is not on this machine; next step: scripts/setup valgrind")
        self.assertEqual(self.run_it(*MEMCHECK, program, "clean"), "")
        self.assert_reported({
            "use_after_reset": ("Invalid read of size 1",
                                "is 13 bytes inside a block of size 37 client-defined"),
            "tail": ("Invalid write of size 1", "is 0 bytes after a block of size 37"),
            "neighbour": ("Invalid write of size 1", "is 0 bytes after a block of size 40"),
            "uninitialised": ("Conditional jump or move depends on uninitialised value",),
        }, 99, *MEMCHECK, program)  # fmt: skip

    def test_under_the_sanitizers_of_addresses_leaks_and_undefined_behaviour(self):
        program = self.program("-fsanitize=address,undefined")
        self.assertEqual(self.run_it(program, "clean"), "")
        poisoned = "ERROR: AddressSanitizer: use-after-poison"
        self.assert_reported({
            "use_after_reset": (poisoned, "READ of size 1"),
            "tail": (poisoned, "WRITE of size 1"),
            "neighbour": (poisoned, "WRITE of size 1"),
        }, 1, program)  # fmt: skip

    def test_under_the_sanitizer_of_threads(self):
        program = self.program("-fsanitize=thread")
        self.assertEqual(self.run_it(program, "clean"), "")
        self.assert_reported({"race": ("WARNING: ThreadSanitizer: data race",)}, 66, program)


class Gcc(ArenaDetectors, InstalledCase):
    compiler = "g++"


@unittest.skipIf(CLANG is None, "clang++-19 is not on this machine; next step: "
                 "scripts/setup normal-clang")
class Clang(ArenaDetectors, InstalledCase):
    compiler = CLANG


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} BUILD-FOLDER [Gcc|Clang]")
    main()
