"""Which libc++ the preset msan takes: one that MemorySanitizer instruments, and no other."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEBIAN = Path("/usr/lib/llvm-19")

PROJECT = f"""cmake_minimum_required(VERSION 3.25)
include("{ROOT.as_posix()}/cmake/RedzoneBeforeProject.cmake")
project(asks LANGUAGES NONE)
message(STATUS "compiles with <${{CMAKE_CXX_FLAGS}}>, links with <${{CMAKE_EXE_LINKER_FLAGS}}>"
  " and <${{CMAKE_SHARED_LINKER_FLAGS}}>")
"""


class MsanLibcxx(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="redzone msan ")
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        (self.folder / "CMakeLists.txt").write_text(PROJECT)

    def libcxx(self, content, headers=True):
        folder = self.folder / "a libcxx"
        (folder / "lib").mkdir(parents=True)
        (folder / "lib" / "libc++.so.1").write_bytes(content)
        if headers:
            (folder / "include/c++/v1").mkdir(parents=True)
            (folder / "include/c++/v1/vector").touch()
        return folder

    def configure(self, *options):
        done = subprocess.run(
            ["cmake", "-S", self.folder, "-B", self.folder / "tree", "-DREDZONE_PRESET=msan",
             *options], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60,
            check=False)
        self.lines = [line.strip() for line in done.stderr.splitlines()]
        return done.returncode, " ".join((done.stdout + done.stderr).split())

    def assert_refused(self, says, *options):
        status, printed = self.configure("-DREDZONE_DETECTORS=msan", *options)
        self.assertEqual(status, 1, printed)
        self.assertIn(says, printed)
        self.assertIn("Next step: scripts/build-msan-libcxx FOLDER, and do as it says", self.lines)
        self.assertTrue(os.access(ROOT / "scripts" / "build-msan-libcxx", os.X_OK))

    def test_none_is_refused(self):
        self.assert_refused("REDZONE_MSAN_LIBCXX does not name one")
        self.assert_refused("REDZONE_MSAN_LIBCXX does not name one", "-DREDZONE_MSAN_LIBCXX=")

    def test_a_folder_without_a_libcxx_is_refused(self):
        self.assert_refused("which holds no libc++", f"-DREDZONE_MSAN_LIBCXX={self.folder}")
        folder = self.libcxx(b"\x7fELF __msan_init", headers=False)
        self.assert_refused("there is no", f"-DREDZONE_MSAN_LIBCXX={folder}")

    def test_a_relative_folder_is_refused(self):
        self.assert_refused("which is no absolute path", "-DREDZONE_MSAN_LIBCXX:STRING=some/libcxx")

    def test_one_that_is_not_instrumented_is_refused(self):
        folder = self.libcxx(b"\x7fELF plain _ZNSt3__1 code\0")
        self.assert_refused("is not instrumented", f"-DREDZONE_MSAN_LIBCXX={folder}")

    def test_the_one_of_the_distribution_is_refused(self):
        if not (Path(DEBIAN) / "lib" / "libc++.so.1").exists():
            print("libc++-19-dev is not on this machine: only a played one was refused")
            return
        self.assert_refused("is not instrumented", f"-DREDZONE_MSAN_LIBCXX={DEBIAN}")

    def test_one_that_is_instrumented_is_compiled_and_linked_with(self):
        folder = self.libcxx(b"\x7fELF\0__msan_warning_with_origin_noreturn\0")
        status, printed = self.configure("-DREDZONE_DETECTORS=msan",
                                         f"-DREDZONE_MSAN_LIBCXX={folder}",
                                         "-DCMAKE_SHARED_LINKER_FLAGS=-Wl,-z,own")
        self.assertEqual(status, 0, printed)
        self.assertIn(f'-nostdinc++ -isystem "{folder}/include/c++/v1">', printed)
        links = f'-stdlib=libc++ -L"{folder}/lib" -Wl,-rpath,"{folder}/lib"'
        self.assertIn(f"links with < {links}> and <-Wl,-z,own {links}>", printed)

    def test_a_build_without_msan_asks_for_none(self):
        status, printed = self.configure("-DREDZONE_DETECTORS=asan")
        self.assertEqual(status, 0, printed)
        self.assertIn("compiles with <>", printed)


if __name__ == "__main__":
    unittest.main(verbosity=2)
