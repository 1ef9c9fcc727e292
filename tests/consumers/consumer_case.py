"""What the tests of the consumers share: a model file, an empty folder, bounded commands."""

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / "build" / "normal"
# A release changes it, and no line of these tests.
VERSION = re.search(r"project\(redzone\s+VERSION (\d+\.\d+\.\d+)",
                    (ROOT / "CMakeLists.txt").read_text()).group(1)
MAJOR, MINOR, _ = map(int, VERSION.split("."))

# A preset's compiler launcher is welcome here; what would change what a consumer sees is not.
UNWANTED = ("CMAKE_PREFIX_PATH", "CXXFLAGS", "LDFLAGS", "DESTDIR", "MAKEFLAGS", "CXX",
            "redzone_DIR", "redzone_ROOT", "SOURCE_DATE_EPOCH")

CLANG = shutil.which("clang++-19")
SETARCH = shutil.which("setarch")


def text(value):
    return struct.pack("<Q", len(value)) + value


def model():
    """A GGUF file with one key and two tensors of 32 bytes each."""
    head = b"GGUF" + struct.pack("<IQQ", 3, 2, 1)
    head += text(b"general.name") + struct.pack("<I", 8) + text(b"consumer")
    for index, name in enumerate((b"first", b"second")):
        head += text(name) + struct.pack("<IQIQ", 1, 8, 0, 32 * index)
    return head + bytes(-len(head) % 32) + bytes(64)


class ConsumerCase(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="redzone-consumer-")
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.model = self.folder / "model.gguf"
        self.model.write_bytes(model())

    def command(self, *words, status=0, **environment):
        kept = {name: value for name, value in os.environ.items()
                if name not in UNWANTED and not name.startswith("CTEST_")}
        done = subprocess.run([str(word) for word in words], cwd=self.folder, timeout=250,
                              env={**kept, **environment}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False)
        if status is not None:
            self.assertEqual(done.returncode, status, f"{words}\n{done.stdout}")
        return done.stdout

    @classmethod
    def case_for_all_tests(cls):
        """A case whose folder is there until the last test of the class has ended."""
        holder = tempfile.TemporaryDirectory(prefix="redzone-consumers-")
        cls.addClassCleanup(holder.cleanup)
        case = cls("command")
        case.folder = Path(holder.name)
        return case

    def configure(self, project, *options, status=0, tree="tree"):
        """What cmake printed, in one line: its messages are wrapped."""
        printed = self.command("cmake", "-G", "Ninja", "-S", HERE / project,
                               "-B", self.folder / tree, "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON",
                               *options, status=status)
        return " ".join(printed.split())

    def build_and_run(self, *arguments, tree="tree"):
        self.command("cmake", "--build", self.folder / tree, "--target", "consumer")
        return self.command(self.folder / tree / "consumer", *arguments)

    def command_at_fixed_addresses(self, *words, status=0, **environment):
        """Some kernels place programs where an older sanitizer has its shadow memory."""
        may_fix = SETARCH and self.command(SETARCH, "-R", "true", status=None) == ""
        return self.command(*([SETARCH, "-R"] if may_fix else []), *words, status=status,
                            **environment)

    def assert_built_as_cpp23(self, tree="tree"):
        commands = json.loads((self.folder / tree / "compile_commands.json").read_text())
        mine = [entry["command"] for entry in commands if "consumers" in entry["file"]]
        self.assertEqual(len(mine), 1)
        self.assertRegex(mine[0], r"-std=(gnu|c)\+\+(23|2b)\b")

    def assert_reads_the_model(self, printed):
        self.assertEqual(printed.splitlines(),
                         ["tensors: 2", "refused: ALLOCATION_EXCEEDS_SINGLE"])


class InstalledCase(ConsumerCase):
    """One installation of what developers get, at `prefix`, for all tests of a class."""

    @classmethod
    def setUpClass(cls):
        case = cls.case_for_all_tests()
        case.command("cmake", "--install", BUILD, "--prefix", case.folder / "redzone",
                     "--component", "development")
        cls.prefix = case.folder / "redzone"


def main():
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
