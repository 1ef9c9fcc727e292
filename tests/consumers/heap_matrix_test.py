"""The matrix of docs/testing.md: what is exact, approximate and unknown in plain, sanitized and
Valgrind programs by both compilers, over one installation. Each build prints its row."""

import re
import shutil
import unittest

from consumer_case import BUILD, CLANG, ROOT, ConsumerCase, main

BUILDS = ("normal", "asan", "lsan", "ubsan", "tsan")
VALGRIND = shutil.which("valgrind")
ROW = re.compile(r"^\| (\w+), (g\+\+|clang) (\|.*\|)$", re.MULTILINE)
OPTIONS = {"ASAN_OPTIONS": "", "LSAN_OPTIONS": "", "TSAN_OPTIONS": "", "UBSAN_OPTIONS": "",
           "MSAN_OPTIONS": "", "VALGRIND_OPTS": ""}  # fmt: skip


class Matrix(ConsumerCase):
    def setUp(self):
        super().setUp()
        self.command("cmake", "--install", BUILD, "--prefix", self.folder / "redzone",
                     "--component", "development")  # fmt: skip
        text = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
        self.documented = {(build, name): row for build, name, row in ROW.findall(text)}

    def rows(self, name, c_compiler, compiler):
        """build -> the row that its program prints."""
        self.configure("heap-matrix", f"-DCMAKE_PREFIX_PATH={self.folder / 'redzone'}",
                       f"-DCMAKE_C_COMPILER={c_compiler}",
                       f"-DCMAKE_CXX_COMPILER={compiler}", tree=name)  # fmt: skip
        self.command("cmake", "--build", self.folder / name)
        found = {build: self.run_it(self.folder / name / f"row_{build}") for build in BUILDS}
        if VALGRIND is not None:
            found["valgrind"] = self.run_it(VALGRIND, "-q", "--error-exitcode=99",
                                            self.folder / name / "row_normal").splitlines()[-1]
        return {build: printed.strip() for build, printed in found.items()}

    def run_it(self, *words):
        return self.command_at_fixed_addresses(*words, **OPTIONS)

    def assert_rows_are_documented(self, name, c_compiler, compiler):
        for build, row in self.rows(name, c_compiler, compiler).items():
            print(f"| {build}, {name} {row}")
            with self.subTest(build=build):
                self.assertEqual(row, self.documented.get((build, name)))
        if VALGRIND is None:
            self.skipTest("valgrind is not on this machine; next step: scripts/setup valgrind")

    def test_programs_by_gcc(self):
        self.assert_rows_are_documented("g++", "gcc", "g++")

    @unittest.skipIf(CLANG is None, "clang++-19 is not on this machine; next step: "
                     "scripts/setup normal-clang")
    def test_programs_by_clang_and_the_hooks_of_msan(self):
        self.assert_rows_are_documented("clang", CLANG.replace("clang++", "clang"), CLANG)
        printed = self.run_it(self.folder / "clang" / "hooks_msan")
        self.assertEqual(printed, "told of 4 allocations, 1100 bytes, 4 frees\n")


if __name__ == "__main__":
    main()
