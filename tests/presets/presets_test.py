"""Tests of CMakePresets.json and of the way from `ctest` to the tests (RedzoneFrontDoor.cmake).

The front door is tried out with the real presets on a small project (fixture/) in a folder whose
name holds a blank. Each test names a trap that would otherwise end in a run that tests nothing.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURE = Path(__file__).resolve().parent / "fixture"
TOOL_VARIABLES = ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "MSAN_OPTIONS",
                  "VALGRIND_OPTS")
BASES = ("normal", "release", "asan", "ubsan", "tsan", "valgrind", "coverage")
CLANG_ONLY = ("msan", "fuzz")


def clean_environment(**more):
    """The environment without what an outer ctest or a developer may have set."""
    kept = {name: value for name, value in os.environ.items()
            if name not in TOOL_VARIABLES and not name.startswith(("CTEST_", "REDZONE_"))}
    return {**kept, **more}


class Clone:
    """A copy of the fixture with the project's presets and front door."""

    def __init__(self, folder):
        self.path = Path(folder) / "a clone"
        shutil.copytree(FIXTURE, self.path)
        (self.path / "cmake").mkdir()
        for name in ("RedzoneFrontDoor.cmake", "build_before_test.cmake.in",
                     "DartConfiguration.tcl.in"):
            shutil.copy(ROOT / "cmake" / name, self.path / "cmake")
        for name in ("CMakePresets.json", "CTestTestfile.cmake"):
            shutil.copy(ROOT / name, self.path)
        shutil.copytree(ROOT / "suppressions", self.path / "suppressions")

    def run(self, *words, **environment):
        return subprocess.run(words, cwd=self.path, env=clean_environment(**environment),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=120, check=False)

    def configure(self, preset, *more):
        done = self.run("cmake", "--preset", preset, *more)
        assert done.returncode == 0, done.stdout + done.stderr

    def builds(self, preset):
        log = self.path / "build" / preset / "builds.log"
        return log.read_text().count("built") if log.exists() else 0


class FrontDoor(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="redzone-presets-")
        self.addCleanup(folder.cleanup)
        self.clone = Clone(folder.name)

    def test_ctest_builds_before_it_lists_so_that_no_test_is_missed(self):
        self.clone.configure("normal")
        done = self.clone.run("ctest", "--preset", "normal")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("late.environment", done.stdout)
        self.assertIn("out of 3", done.stdout)
        self.assertEqual(self.clone.builds("normal"), 1)

    def test_the_list_of_tests_as_json_is_pure_even_while_it_builds(self):
        self.clone.configure("normal")
        done = self.clone.run("ctest", "--preset", "normal", "--show-only=json-v1")
        names = [test["name"] for test in json.loads(done.stdout)["tests"]]
        self.assertEqual(names, ["late.environment", "late.leak", "registered"])
        self.assertEqual(self.clone.builds("normal"), 1)

    def test_redzone_no_build_leaves_the_tree_alone(self):
        self.clone.configure("normal")
        done = self.clone.run("ctest", "--preset", "normal", REDZONE_NO_BUILD="1")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("late_NOT_BUILT", done.stdout)
        self.assertEqual(self.clone.builds("normal"), 0)

    def test_redzone_no_build_that_says_no_is_not_set(self):
        self.clone.configure("normal")
        for value in ("0", "off", "No", "FALSE"):
            done = self.clone.run("ctest", "--preset", "normal", REDZONE_NO_BUILD=value)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.clone.builds("normal"), 1)

    def test_a_build_that_fails_fails_ctest_and_names_the_next_step(self):
        self.clone.configure("normal")
        (self.clone.path / "late.cpp").write_text("this is no C++\n")
        for words in (("ctest", "--preset", "normal"), ("ctest",)):
            done = self.clone.run(*words)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("no test ran", done.stderr)
            self.assertIn("Next step: cmake --build", done.stderr)
            self.assertNotIn("Passed", done.stdout)

    def test_two_at_once_build_one_after_the_other(self):
        self.clone.configure("normal")
        words = ["ctest", "--preset", "normal", "--show-only=json-v1"]
        runs = [subprocess.Popen(words, cwd=self.clone.path, env=clean_environment(),
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, text=True) for _ in range(3)]
        for run in runs:
            document, _ = run.communicate(timeout=120)
            self.assertEqual(len(json.loads(document)["tests"]), 3)
        self.assertEqual(self.clone.builds("normal"), 1)

    def test_no_tests_is_an_error(self):
        self.clone.configure("normal", "-DFIXTURE_WITHOUT_TESTS=ON")
        done = self.clone.run("ctest", "--preset", "normal")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("No tests were found", done.stdout + done.stderr)
        bare = self.clone.run("ctest")
        self.assertNotEqual(bare.returncode, 0)
        self.assertIn("No tests were found", bare.stdout + bare.stderr)

    def test_a_test_registered_before_the_front_door_stops_the_configure_step(self):
        done = self.clone.run("cmake", "--preset", "normal", "-DFIXTURE_TEST_TOO_EARLY=ON")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("must come before every test", done.stderr)

    def test_a_workflow_preset_does_it_all(self):
        done = self.clone.run("cmake", "--workflow", "--preset", "normal")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("out of 3", done.stdout)

    def test_ctest_memcheck_finds_but_exits_zero(self):
        if shutil.which("valgrind") is None:
            self.skipTest("valgrind is not on this machine")
        self.clone.configure("normal")
        done = self.clone.run("ctest", "--test-dir", "build/normal", "-T", "memcheck",
                              FIXTURE_LEAK="1")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"Memory Leak - [1-9]")


class BareCtest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="redzone-presets-")
        self.addCleanup(folder.cleanup)
        self.clone = Clone(folder.name)

    def tool_environment(self, *words):
        done = self.clone.run(*words, "-V", "-R", "late.environment", PATH=os.environ["PATH"])
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return dict(re.findall(r"<(\w+)>=<(.*)>", done.stdout))

    def test_without_a_configured_preset_it_fails_with_the_next_step(self):
        done = self.clone.run("ctest")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("Next step: cmake --preset normal && ctest --preset normal", done.stderr)

    def test_it_runs_the_preset_that_was_configured_last(self):
        self.clone.configure("asan")
        self.clone.configure("normal")
        self.assertEqual(self.clone.run("ctest").returncode, 0)
        self.assertEqual((self.clone.builds("asan"), self.clone.builds("normal")), (0, 1))
        self.clone.configure("asan")
        self.assertEqual(self.clone.run("ctest").returncode, 0)
        self.assertEqual((self.clone.builds("asan"), self.clone.builds("normal")), (1, 1))

    def test_it_fails_when_the_tree_of_that_preset_is_gone(self):
        self.clone.configure("normal")
        shutil.rmtree(self.clone.path / "build" / "normal")
        done = self.clone.run("ctest")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("Next step: cmake --preset normal", done.stderr)

    def test_it_passes_the_same_environment_as_the_preset(self):
        presets = ["asan", "ubsan", "tsan", "valgrind", "normal"]
        if shutil.which("clang++-19"):
            presets.append("asan-clang")
        for preset in presets:
            with self.subTest(preset=preset):
                self.clone.configure(preset)
                bare = self.tool_environment("ctest")
                self.assertEqual(bare, self.tool_environment("ctest", "--preset", preset))
                suppressions = f"suppressions='{self.clone.path}/suppressions/"
                options = "".join(bare[name] for name in TOOL_VARIABLES)
                self.assertEqual(suppressions in options, preset != "normal")
                if preset.endswith("-clang"):
                    self.assertTrue(bare["PATH"].startswith("/usr/lib/llvm-19/bin:"))


class Discovery(unittest.TestCase):
    def test_a_filter_in_the_environment_of_a_build_leaves_no_test_out(self):
        with tempfile.TemporaryDirectory(prefix="redzone-presets-") as folder:
            project = Path(folder) / "discovery"
            shutil.copytree(ROOT / "tests" / "presets" / "discovery", project)
            shutil.copytree(ROOT / "cmake", project / "cmake")

            def run(*words):
                return subprocess.run(
                    words, cwd=project, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                    env=clean_environment(GTEST_FILTER="First.*"), timeout=120, check=True).stdout

            run("cmake", "-G", "Ninja", "-S", ".", "-B", "build")
            run("cmake", "--build", "build")
            document = json.loads(run("ctest", "--test-dir", "build", "--show-only=json-v1"))
        self.assertEqual([test["name"] for test in document["tests"]],
                         ["First.IsThere", "Second.IsThere"])


class PathOfTheClone(unittest.TestCase):
    def test_a_character_that_no_option_can_hold_is_named(self):
        for character in "'", '"', "$", ";":
            with tempfile.TemporaryDirectory(prefix=f"redzone{character}") as folder:
                for name in ("CMakeLists.txt", "CMakePresets.json"):
                    shutil.copy(ROOT / name, folder)
                shutil.copytree(ROOT / "cmake", Path(folder) / "cmake")
                done = subprocess.run(
                    ("cmake", "--preset", "normal"), cwd=folder, env=clean_environment(),
                    stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
                    check=False)
            self.assertNotEqual(done.returncode, 0)
            words = " ".join(done.stderr.split())
            self.assertIn(f"holds the character {character} (one of", words)
            self.assertIn("Next step: move the clone", words)


class PresetsFile(unittest.TestCase):
    """Rules that hold for every preset of the committed file."""

    document = json.loads((ROOT / "CMakePresets.json").read_text())

    def resolved(self, kind, name):
        """The preset with everything it inherits, nearer values first."""
        preset = next(p for p in self.document[kind] if p["name"] == name)
        parents = preset.get("inherits", [])
        merged = dict(preset)
        for parent in [parents] if isinstance(parents, str) else parents:
            for key, value in self.resolved(kind, parent).items():
                if isinstance(value, dict):
                    merged[key] = {**value, **merged.get(key, {})}
                else:
                    merged.setdefault(key, value)
        merged["hidden"] = preset.get("hidden", False)
        return merged

    def names(self, kind):
        return [p["name"] for p in self.document[kind] if not p.get("hidden")]

    def test_every_preset_has_its_clang_twin_in_a_tree_of_its_own(self):
        expected = sorted([*BASES, *(f"{name}-clang" for name in BASES), *CLANG_ONLY])
        for kind in ("configurePresets", "buildPresets", "testPresets", "workflowPresets"):
            self.assertEqual(sorted(self.names(kind)), expected, kind)
        for name in expected:
            preset = self.resolved("configurePresets", name)
            self.assertEqual(preset["binaryDir"], "${sourceDir}/build/${presetName}")
            is_clang = name.endswith("-clang") or name in CLANG_ONLY
            compiler = "clang++-19" if is_clang else "g++"
            self.assertEqual(preset["cacheVariables"]["CMAKE_CXX_COMPILER"], compiler)

    def test_a_twin_differs_in_its_compiler_only(self):
        for name in BASES:
            plain = self.resolved("configurePresets", name)["cacheVariables"]
            twin = self.resolved("configurePresets", f"{name}-clang")["cacheVariables"]
            differing = {key for key in {*plain, *twin} if plain.get(key) != twin.get(key)}
            self.assertEqual(differing, {"CMAKE_CXX_COMPILER"}, name)

    def test_every_test_preset_fails_without_tests(self):
        for name in self.names("testPresets"):
            preset = self.resolved("testPresets", name)
            self.assertEqual(preset["execution"]["noTestsAction"], "error", name)
            self.assertEqual(preset["configurePreset"], name)

    def test_no_filter_of_the_environment_leaves_tests_of_a_program_out(self):
        for name in self.names("testPresets"):
            environment = self.resolved("testPresets", name)["environment"]
            self.assertEqual({key: environment.get(key) for key in (
                "GTEST_FILTER", "GTEST_TOTAL_SHARDS", "GTEST_SHARD_INDEX")}, {
                    "GTEST_FILTER": "*", "GTEST_TOTAL_SHARDS": "1", "GTEST_SHARD_INDEX": "0"}, name)

    def test_the_suppression_file_of_every_detector_travels_in_the_test_preset(self):
        variables = {"asan": "ASAN_OPTIONS", "lsan": "LSAN_OPTIONS", "ubsan": "UBSAN_OPTIONS",
                     "tsan": "TSAN_OPTIONS", "memcheck": "VALGRIND_OPTS"}
        for name in self.names("configurePresets"):
            detectors = self.resolved("configurePresets", name)["cacheVariables"].get(
                "REDZONE_DETECTORS", "")
            environment = self.resolved("testPresets", name).get("environment", {})
            for detector in filter(None, detectors.split(";")):
                if detector == "msan":  # it takes no suppressions
                    self.assertIn("halt_on_error=1", environment["MSAN_OPTIONS"])
                    continue
                file = "valgrind" if detector == "memcheck" else detector
                self.assertIn(f"suppressions='${{sourceDir}}/suppressions/{file}.supp'",
                              environment[variables[detector]], name)
                self.assertTrue((ROOT / "suppressions" / f"{file}.supp").is_file())

    def test_the_detectors_that_a_preset_claims_are_those_that_its_flags_bring(self):
        brought = {"-fsanitize=address": ("asan", "lsan"), "-fsanitize=undefined": ("ubsan",),
                   "-fsanitize=thread": ("tsan",), "-fsanitize=memory": ("msan",)}
        for name in self.names("configurePresets"):
            variables = self.resolved("configurePresets", name)["cacheVariables"]
            flags = variables.get("CMAKE_CXX_FLAGS", "").split()
            expected = [one for flag in flags for one in brought.get(flag, ())]
            if name.startswith("valgrind"):
                expected.append("memcheck")
            claimed = variables.get("REDZONE_DETECTORS", "")
            self.assertEqual(list(filter(None, claimed.split(";"))), expected, name)

    def test_no_preset_loses_a_detector_together_with_its_flag(self):
        expected = {"normal": "", "release": "", "asan": "asan;lsan;ubsan", "ubsan": "ubsan",
                    "tsan": "tsan", "valgrind": "memcheck", "coverage": "", "msan": "msan",
                    "fuzz": "asan;lsan;ubsan"}
        for name, detectors in expected.items():
            variables = self.resolved("configurePresets", name)["cacheVariables"]
            self.assertEqual(variables.get("REDZONE_DETECTORS", ""), detectors, name)

    def test_only_builds_under_a_detector_compile_tests_the_short_way(self):
        """The others notice a missing include."""
        for name in self.names("configurePresets"):
            variables = self.resolved("configurePresets", name)["cacheVariables"]
            watched = bool(variables.get("REDZONE_DETECTORS"))
            for option in ("REDZONE_PRECOMPILED_TESTS", "REDZONE_JOINED_TESTS"):
                self.assertEqual(variables.get(option) == "ON", watched, f"{name}: {option}")

    def test_coverage_counts_every_line_as_it_is_written(self):
        for name in ("coverage", "coverage-clang"):
            variables = self.resolved("configurePresets", name)["cacheVariables"]
            self.assertEqual(variables["CMAKE_CXX_FLAGS"], "--coverage -fprofile-update=atomic")
            self.assertEqual(variables["CMAKE_BUILD_TYPE"], "Debug")
            self.assertEqual(variables["CMAKE_CXX_FLAGS_DEBUG"], "-O0 -g")

    def test_fuzz_is_asan_by_clang_with_the_instrumentation_that_leads_a_fuzzer(self):
        asan = self.resolved("configurePresets", "asan-clang")["cacheVariables"]
        fuzz = self.resolved("configurePresets", "fuzz")["cacheVariables"]
        self.assertEqual(fuzz["CMAKE_CXX_FLAGS"],
                         "-fsanitize=fuzzer-no-link " + asan["CMAKE_CXX_FLAGS"])
        self.assertEqual(fuzz["REDZONE_FUZZING"], "ON")
        differing = {key for key in {*asan, *fuzz} if asan.get(key) != fuzz.get(key)}
        self.assertEqual(differing, {"CMAKE_CXX_FLAGS", "REDZONE_FUZZING", "REDZONE_BUILD_CLI",
                                     "REDZONE_BUILD_BENCHMARKS"})
        self.assertEqual(self.resolved("testPresets", "fuzz")["environment"],
                         self.resolved("testPresets", "asan-clang")["environment"])

    def test_msan_says_where_an_undefined_value_was_made_and_takes_its_libcxx_from_outside(self):
        variables = self.resolved("configurePresets", "msan")["cacheVariables"]
        self.assertIn("-fsanitize-memory-track-origins", variables["CMAKE_CXX_FLAGS"])
        self.assertEqual(variables["REDZONE_MSAN_LIBCXX"], "$env{REDZONE_MSAN_LIBCXX}")

    def test_valgrind_builds_debug_information_that_valgrind_3_19_reads(self):
        for name in ("valgrind", "valgrind-clang"):
            variables = self.resolved("configurePresets", name)["cacheVariables"]
            self.assertIn("-gdwarf-4", variables["CMAKE_CXX_FLAGS_RELWITHDEBINFO"])

    def test_git_ignores_what_a_bare_ctest_leaves_in_the_source_folder(self):
        ignored = (ROOT / ".gitignore").read_text().splitlines()
        self.assertIn("/Testing/", ignored)
        self.assertIn("/build/", ignored)


if __name__ == "__main__":
    unittest.main(verbosity=2)
