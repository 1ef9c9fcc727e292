"""A project finds an installed redzone: by g++ and clang, by component, wherever it was moved."""

import shutil
import sys
from pathlib import Path

from consumer_case import BUILD, CLANG, MAJOR, MINOR, ROOT, VERSION, ConsumerCase, main

# Targets that a component brings, beside the archives that they need.
TARGETS = ("base", "os", "arena", "gguf", "heap", "heap_interposer", "heap_faults", "testing",
           "testing_io_faults", "testing_benchmark")
ARCHIVES = ("base", "os", "arena", "gguf", "heap", "heap_interposer", "heap_wrappers", "testing",
            "testing_io_faults")


class Installed(ConsumerCase):
    @classmethod
    def setUpClass(cls):
        case = cls.case_for_all_tests()
        case.command("cmake", "--install", BUILD, "--prefix", case.folder / "first")
        # What is installed may be moved.
        cls.prefix = (case.folder / "first").rename(case.folder / "moved here")

    def find(self, *options, components="gguf", status=0, tree="tree"):
        return self.configure("installed", f"-DCMAKE_PREFIX_PATH={self.prefix}",
                              f"-DCONSUMER_COMPONENTS={components}", *options, status=status,
                              tree=tree)

    def test_a_program_reads_a_model_built_by_each_compiler(self):
        compilers = ["g++", *([CLANG] if CLANG else [])]
        for number, compiler in enumerate(compilers):
            with self.subTest(compiler=compiler):
                tree = f"tree{number}"
                self.find(f"-DCMAKE_CXX_COMPILER={compiler}", components="gguf;cli", tree=tree)
                self.assert_built_as_cpp23(tree)
                self.assert_reads_the_model(self.build_and_run(self.model, tree=tree))
        program = (self.folder / "tree0" / "program.txt").read_text()
        self.assertEqual(program, str(self.prefix / "bin" / "redzone"))
        self.assertIn('"tensors"', self.command(program, "gguf", "info", "--json", self.model))

    def test_a_component_brings_those_below_it_and_no_other(self):
        heap = ["base", "heap", "heap_interposer", "heap_faults"]
        loaded = {"base": ["base"], "os": ["base", "os"], "arena": ["base", "arena"],
                  "gguf": ["base", "os", "gguf"], "heap": heap,
                  "testing": ["os", *heap, "testing", "testing_io_faults"],
                  "testing_benchmark": [*heap, "testing_benchmark"]}
        for number, (component, expected) in enumerate(loaded.items()):
            printed = self.find(components=component, tree=f"tree{number}").split()
            for name in TARGETS:
                self.assertEqual(f"redzone::{name}" in printed, name in expected, (component, name))

    def test_without_components_all_libraries_are_there(self):
        printed = self.find(components="").split()
        for name in TARGETS:
            self.assertIn(f"redzone::{name}", printed)

    def test_an_unknown_component_is_told_those_that_there_are(self):
        printed = self.find(components="base;ggfu", status=1)
        self.assertIn("redzone has no component 'ggfu'; there are base, os, heap, arena, gguf, "
                      "testing, testing_benchmark, cli, canaries", printed)

    def is_found(self, words):
        """Whether find_package(redzone `words`) finds it."""
        project = self.folder / words
        project.mkdir()
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.25)\nproject(asks LANGUAGES NONE)\n"
            f"find_package(redzone {words})\nmessage(STATUS \"found: <${{redzone_FOUND}}>\")\n")
        printed = self.command("cmake", "-S", project, "-B", project / "tree",
                               f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.assertRegex(printed, "found: <[01]>")
        return "found: <1>" in printed

    def test_a_version_of_another_minor_is_refused(self):
        below = f"{MAJOR}.{MINOR - 1}" if MINOR else f"{MAJOR - 1}.9"
        for wanted, found in ((VERSION, True), (below, False),
                              (f"{MAJOR}.{MINOR + 1}", False),
                              (f"{MAJOR}.{MINOR}.9999", False), (f"{MAJOR + 1}", False)):
            self.assertEqual(self.is_found(wanted), found, wanted)

    def test_an_unknown_component_is_missed_even_where_it_is_optional(self):
        self.assertTrue(self.is_found(f"{MAJOR}.{MINOR} OPTIONAL_COMPONENTS base"))
        self.assertFalse(self.is_found(f"{MAJOR}.{MINOR} OPTIONAL_COMPONENTS ggfu"))

    def test_the_program_that_was_removed_is_missed_by_name(self):
        copy = self.folder / "without"
        shutil.copytree(self.prefix, copy, ignore=shutil.ignore_patterns("bin"))
        printed = self.configure("installed", f"-DCMAKE_PREFIX_PATH={copy}",
                                 "-DCONSUMER_COMPONENTS=cli", status=1)
        self.assertIn("the program redzone is not in", printed)
        self.assertIn("; on Debian and Ubuntu the package redzone brings it", printed)

    def test_its_canaries_run_at_the_flags_of_another_project(self):
        project = self.folder / "canaries"
        project.mkdir()
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.25)\nproject(other LANGUAGES CXX)\n"
            "enable_testing()\nfind_package(redzone REQUIRED COMPONENTS canaries)\n"
            "redzone_add_canaries(DETECTORS asan ONLY heap_use_after_free)\n")
        tree = self.folder / "tree"
        self.command("cmake", "-G", "Ninja", "-S", project, "-B", tree,
                     f"-DCMAKE_PREFIX_PATH={self.prefix}",
                     "-DCMAKE_CXX_FLAGS=-fsanitize=address -g")
        self.command("cmake", "--build", tree, "--target", "canaries")
        printed = self.command("ctest", "--test-dir", tree, "-R", "canary",
                               "--output-on-failure")
        self.assertIn("canary.heap_use_after_free.asan", printed)
        self.assertIn("100% tests passed", printed)

    def test_no_file_names_a_folder_of_the_build(self):
        looked_at = 0
        for path in self.prefix.rglob("*"):
            if path.suffix in (".cmake", ".hpp", ".py", ".cpp", ".fish") or "share" in path.parts:
                if path.is_file():
                    looked_at += 1
                    for folder in (BUILD, ROOT, self.prefix.parent / "first"):
                        self.assertNotIn(str(folder), path.read_text(), path)
        self.assertGreater(looked_at, 30)

    def test_everything_of_the_components_is_installed_and_nothing_of_the_tests(self):
        names = {str(path.relative_to(self.prefix)) for path in self.prefix.rglob("*")
                 if path.is_file()}
        headers = {str(path.relative_to(ROOT)) for path in (ROOT / "include").rglob("*.h*")}
        self.assertEqual({name for name in names if name.startswith("include/")}, headers)
        libraries = {f"libredzone_{name}.a" for name in ARCHIVES}
        self.assertEqual({Path(name).name for name in names if name.endswith(".a")}, libraries)
        for wanted in ("bin/redzone", "share/bash-completion/completions/redzone",
                       "share/zsh/site-functions/_redzone", "share/doc/redzone/LICENSE",
                       "share/fish/vendor_completions.d/redzone.fish"):
            self.assertIn(wanted, names)
        for name in names:
            self.assertNotRegex(name, r"gtest|gmock|_test\b|tests|_bench\b|warnings|__pycache__")

    def test_the_completion_scripts_are_those_that_the_program_writes(self):
        for shell, file in (("bash", "bash-completion/completions/redzone"),
                            ("zsh", "zsh/site-functions/_redzone"),
                            ("fish", "fish/vendor_completions.d/redzone.fish")):
            golden = ROOT / "tests" / "golden" / f"completion.{shell}"
            self.assertEqual((self.prefix / "share" / file).read_text(), golden.read_text())

    def test_the_components_of_the_installation_are_apart(self):
        for component, has, lacks in (("runtime", "bin/redzone", "include"),
                                      ("development", "include/redzone/base/result.hpp", "bin")):
            prefix = self.folder / component
            self.command("cmake", "--install", BUILD, "--prefix", prefix, "--component", component)
            self.assertTrue((prefix / has).exists())
            self.assertFalse((prefix / lacks).exists())


if __name__ == "__main__":
    if not CLANG:
        print("clang++-19 is not on this machine: only g++ builds the consumer", file=sys.stderr)
    main()
