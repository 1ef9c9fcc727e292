"""A build tree with real programs, real tripwires and the options of a test preset, in which a test
breaks one thing: then the real ctest runs in it and scripts/verdict decides."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import Optional

ROOT = Path(__file__).resolve().parents[2]
CANARIES = ROOT / "cmake" / "canaries"
sys.path[:0] = [str(ROOT / "scripts"), str(CANARIES)]

from canary_process import DETECTORS  # noqa: E402
from redzone_scripts.presets import inherited, read_document  # noqa: E402

TRIPWIRES = {"asan": "heap_overflow_write", "lsan": "leak", "ubsan": "signed_overflow",
             "tsan": "data_race", "memcheck": "uninitialised_read"}
VARIABLES = {name: detector.options for name, detector in DETECTORS.items()}
COMPILERS = {"gcc": "g++", "clang": "clang++-19"}
# Nothing here takes longer than a few seconds; a test that hangs is ended.
PATIENCE_S = 120

QUIET_PROGRAM = "int main() { return 0; }\n"


def needs(*programs: str) -> Callable:
    """Skips a test or class on a machine that lacks one of the programs."""
    missing = [program for program in programs if not shutil.which(program)]
    return unittest.skipIf(missing, f"{', '.join(missing)} is not on this machine")


def preset(kind: str, name: str) -> dict:
    """A preset of CMakePresets.json: what it inherits in 'environment' and 'cacheVariables'."""
    presets = read_document(ROOT)[kind]
    return {key: inherited(presets, name, key) or {} for key in ("environment", "cacheVariables")}


@dataclasses.dataclass
class Result:
    """What ctest and the verdict said."""

    status: int
    document: dict
    ctest_status: int
    ctest_output: str

    def words(self) -> str:
        return "\n".join(" ".join(str(reason[key]) for key in (
            "verdict", "cause", "test", "detail", "next_step"))
            for reason in self.document["reasons"])


class Tree:
    def __init__(self, folder: Path, preset_name: str, compiler: str = "gcc"):
        self.folder = folder
        self.preset_name = preset_name
        self.compiler = compiler
        self.build = folder / "build"
        self.build.mkdir()
        shutil.copytree(ROOT / "suppressions", folder / "suppressions")
        variables = preset("configurePresets", preset_name)["cacheVariables"]
        self.flags = shlex.split(f"{variables['CMAKE_CXX_FLAGS']} "
                                 f"{variables['CMAKE_CXX_FLAGS_RELWITHDEBINFO']}")
        self.detectors = variables["REDZONE_DETECTORS"].split(";")
        self._options = {key: value.replace("${sourceDir}", str(folder)) for key, value in preset(
            "testPresets", preset_name)["environment"].items() if key in VARIABLES.values()}
        self.environment: dict = {}
        self.tests: dict = {}
        self._commands: list = []
        self.reset()

    def reset(self) -> None:
        """Back to what the preset says, with nothing broken."""
        kept = ("PATH", "HOME", "LANG", "TMPDIR")
        self.environment = {key: value for key, value in os.environ.items() if key in kept}
        self.environment.update(self._options)
        for file in (ROOT / "suppressions").iterdir():
            shutil.copy(file, self.folder / "suppressions")

    def compile(self, source: Path, flags: Optional[list] = None) -> Path:
        program = self.build / source.stem
        command = [COMPILERS[self.compiler], "-std=c++20", "-w", "-pthread",
                   *(self.flags if flags is None else flags), str(source), "-o", str(program)]
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              timeout=PATIENCE_S)
        assert done.returncode == 0, done.stderr
        self._commands.append({"directory": str(self.build), "file": str(source),
                               "arguments": command})
        return program

    def add_tripwire(self, detector: str, flags: Optional[list] = None) -> None:
        source = CANARIES / f"{TRIPWIRES[detector]}.cpp"
        program = self.compile(source, flags)
        self.tests[f"tripwire.{detector}"] = ([
            sys.executable, str(CANARIES / "run_canary.py"), "--preset", self.preset_name,
            "--detector", detector, "--tripwire", "--source", str(source), "--program",
            str(program)], 60)

    def add_program(self, name: str, text: str = QUIET_PROGRAM, timeout: int = 60,
                    flags: Optional[list] = None) -> Path:
        """A test of the project, run as the preset runs its tests."""
        source = self.folder / f"{name}.cpp"
        source.write_text(text)
        program = self.compile(source, flags)
        under = ["valgrind"] if "memcheck" in self.detectors else []
        self.tests[name] = ([*under, str(program)], timeout)
        return program

    def write(self, detectors: Optional[list] = None) -> None:
        """Writes what CMake leaves in a build tree, for the tests of `detectors` (default: all) and
        of the project."""
        chosen = self.detectors if detectors is None else detectors
        lines = []
        for name, (command, timeout) in self.tests.items():
            if name.startswith("tripwire.") and name.partition(".")[2] not in chosen:
                continue
            words = " ".join(f"[==[{word}]==]" for word in command)
            lines.append(f"add_test({name} {words})\n"
                         f"set_tests_properties({name} PROPERTIES TIMEOUT {timeout})\n")
        (self.build / "CTestTestfile.cmake").write_text("".join(lines))
        (self.build / "compile_commands.json").write_text(json.dumps(self._commands))
        (self.build / "redzone-build.json").write_text(json.dumps({
            "preset": self.preset_name, "compiler": self.compiler, "detectors": chosen,
            "not_instrumented": []}))

    def run(self, detectors: Optional[list] = None, before: tuple = (),
            meanwhile: Optional[Callable] = None, more: tuple = ()) -> Result:
        """Runs ctest, with the words `before` in front of it, and then scripts/verdict."""
        self.write(detectors)
        listed, output = self.build / "tests.json", self.build / "output.txt"
        ctest = ["ctest", "--test-dir", str(self.build), "--no-tests=error"]
        with open(listed, "wb") as file:
            subprocess.run([*ctest, "--show-only=json-v1"], stdout=file, check=False,
                           env=self.environment, timeout=PATIENCE_S)
        with open(output, "wb") as file:
            process = subprocess.Popen([*before, *ctest, "--output-on-failure"], stdout=file,
                                       stderr=subprocess.STDOUT, env=self.environment,
                                       stdin=subprocess.DEVNULL)
            try:
                if meanwhile is not None:
                    meanwhile(process)
                process.wait(PATIENCE_S)
            finally:
                process.kill()
                process.wait()
        done = subprocess.run(
            [sys.executable, "-B", ROOT / "scripts" / "verdict", "--json", "--build-dir",
             self.build, "--preset", self.preset_name, "--tests", listed, "--ctest-output", output,
             "--ctest-status", str(process.returncode), *more],
            capture_output=True, text=True, check=False, timeout=PATIENCE_S)
        assert done.stdout, done.stderr
        return Result(done.returncode, json.loads(done.stdout), process.returncode,
                      output.read_text(errors="replace"))


class SabotageCase(unittest.TestCase):
    """Trees are built once a class, because compiling is what costs; each test breaks something
    else in one of them."""

    trees: dict = {}

    @classmethod
    def new_tree(cls, preset_name: str, compiler: str = "gcc") -> Tree:
        holder = tempfile.TemporaryDirectory(prefix="redzone sabotage ")
        cls.addClassCleanup(holder.cleanup)
        return Tree(Path(holder.name), preset_name, compiler)

    @classmethod
    def tree_with_tripwires(cls, preset_name: str, compiler: str = "gcc") -> Tree:
        """A tree in which nothing is broken; the same one for all tests of the class."""
        known = cls.__dict__.get("trees") or {}
        if (preset_name, compiler) not in known:
            tree = cls.new_tree(preset_name, compiler)
            for detector in tree.detectors:
                tree.add_tripwire(detector)
            tree.add_program("own")
            known[preset_name, compiler] = tree
            cls.trees = known
        tree = known[preset_name, compiler]
        tree.reset()
        return tree

    # Messages never quote the output: its lines would be taken for reports.
    def expect(self, result: Result, status: int, *patterns: str) -> None:
        words = result.words()
        quoted = re.sub(r"(ERROR|WARNING|SUMMARY|runtime error)", r"\1_", words)
        self.assertEqual(result.status, status, quoted)
        for pattern in patterns:
            self.assertTrue(re.search(pattern, words), f"no reason says {pattern!r}: {quoted}")

    def expect_did_not_run(self, result: Result, *patterns: str) -> None:
        """Did not run, with its cause and a next step. With REDZONE_SABOTAGE_SHOW in the
        environment, what people would read is printed."""
        self.expect(result, 3, *patterns)
        self.assertTrue(all(reason["next_step"] for reason in result.document["reasons"]))
        if os.environ.get("REDZONE_SABOTAGE_SHOW"):
            print(f"{self.id()}: {result.status}\n  " + result.words().replace("\n", "\n  "))
