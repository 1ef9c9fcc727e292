"""scripts/profile: what it takes, what it refuses, and what it says then."""

import json
import os
import shutil
import subprocess
import unittest

from profile_case import SCRIPT, ProfileCase

PRESETS = {
    "version": 6,
    "configurePresets": [
        {"name": "base", "hidden": True, "generator": "Ninja",
         "binaryDir": "${sourceDir}/build/${presetName}"},
        {"name": "normal", "inherits": "base"},
        {"name": "asan", "inherits": "base", "cacheVariables": {"REDZONE_DETECTORS": "asan;ubsan"}},
    ],
    "testPresets": [{"name": "normal", "configurePreset": "normal"},
                    {"name": "asan", "configurePreset": "asan"}],
}
LISTS = """cmake_minimum_required(VERSION 3.25)
project(many_tests LANGUAGES NONE)
enable_testing()
foreach(number RANGE 1 21)
  add_test(NAME Many.Number${number} COMMAND ${PROJECT_SOURCE_DIR}/program)
endforeach()
add_test(NAME Odd.Environment COMMAND sh -c "echo variable=$VARIABLE in $PWD; exit 7")
set_tests_properties(Odd.Environment PROPERTIES
  ENVIRONMENT "VARIABLE=seven=7" WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}/where)
add_test(NAME Odd.NotBuilt COMMAND ${PROJECT_SOURCE_DIR}/absent)
"""


class CommandLine(ProfileCase):
    def refused(self, *arguments):
        done = self.profile(*arguments)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        return done.stderr

    def test_help_names_the_tools_and_the_exit_status(self):
        done = self.profile("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for word in ("heaptrack", "dhat", "massif", "exit status:", "-R REGEX | -- PROGRAM"):
            self.assertIn(word, done.stdout)

    def test_tests_or_a_program_are_needed_and_not_both(self):
        for arguments in ((), ("-R", "a", "--", "true"), ("--",)):
            self.assertIn("either -R REGEX or -- PROGRAM", self.refused(*arguments))

    def test_a_column_that_the_tool_does_not_know_is_refused(self):
        for sort in ("total", "count", "leaked"):
            self.assertIn(f"--sort {sort}: massif does not know it; it knows peak",
                          self.refused("--tool", "massif", "--sort", sort, "--", "true"))

    def test_numbers_have_bounds(self):
        for option, wrong in (("--top", "0"), ("--top", "1001"), ("--time-limit", "0"),
                              ("--time-limit", "86401"), ("--time-limit", "nan")):
            self.assertIn(option, self.refused(option, wrong, "--", "true"))

    def test_a_program_that_is_not_there_is_named(self):
        done = self.profile("--", "./absent program")
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("'./absent program' does not exist", done.stderr)
        self.assertIn("Next step:", done.stderr)

    def test_a_project_that_is_not_there_is_named_and_not_made(self):
        absent = self.folder / "absent"
        done = self.profile("--", "true", source=absent)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn(f"--source {absent}: there is no such folder", done.stderr)
        self.assertFalse(absent.exists())

    def test_a_tool_that_is_not_there_is_named_with_the_next_step(self):
        tools = self.folder / "bin"
        tools.mkdir()
        for name in ("env", "python3", "true"):
            (tools / name).symlink_to(shutil.which(name))
        for tool, program in (("heaptrack", "heaptrack"), ("dhat", "valgrind"),
                              ("massif", "valgrind")):
            done = self.profile("--tool", tool, "--", "true", environment={"PATH": str(tools)})
            self.assertEqual((done.returncode, done.stdout), (3, ""))
            self.assertIn(f"{program} is not on this machine\nNext step: scripts/setup profile\n",
                          done.stderr)


class Programs(ProfileCase):
    @unittest.skipUnless(shutil.which("valgrind"), "valgrind is not on this machine")
    def test_a_program_with_a_sanitizer_is_refused(self):
        source = self.folder / "empty.cpp"
        source.write_text("int main() {}\n")
        program = self.folder / "sanitized"
        built = subprocess.run(["g++", "-fsanitize=address", "-o", program, source], check=False,
                               stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        if built.returncode:
            self.skipTest("g++ has no AddressSanitizer here")
        done = self.profile("--tool", "dhat", "--", program)
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("built with AddressSanitizer, which replaces malloc", done.stderr)
        self.assertIn("--preset normal", done.stderr)

    @unittest.skipUnless(shutil.which("heaptrack"), "heaptrack is not on this machine")
    def test_a_static_program_is_refused_by_heaptrack(self):
        source = self.folder / "static.c"
        source.write_text("int main(void) { return 0; }\n")
        program = self.folder / "static"
        subprocess.run(["g++", "-static", "-o", program, source], check=True, timeout=60,
                       stdin=subprocess.DEVNULL)
        done = self.profile("--time-limit", "5", "--", program)
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("linked statically: heaptrack cannot be loaded", done.stderr)


class Presets(ProfileCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.folder / "CMakePresets.json").write_text(json.dumps(PRESETS))
        (cls.folder / "CMakeLists.txt").write_text(LISTS)
        (cls.folder / "where").mkdir()
        program = cls.folder / "program"
        program.write_text("#!/bin/sh\nexit 0\n")
        program.chmod(0o755)

    def test_an_unknown_preset_is_named_with_the_nearest(self):
        done = self.profile("--preset", "norml", "-R", "a")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("no preset 'norml'; the nearest is 'normal'", done.stderr)

    def test_a_preset_with_a_detector_is_refused_before_it_is_built(self):
        done = self.profile("--preset", "asan", "-R", "a")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("the preset 'asan' runs its tests under asan, ubsan", done.stderr)
        self.assertIn("Next step: scripts/profile --preset normal", done.stderr)
        self.assertFalse((self.folder / "build" / "asan").exists())

    @unittest.skipUnless(shutil.which("valgrind"), "valgrind is not on this machine")
    def test_no_test_and_too_many_are_refused_and_named(self):
        done = self.profile("--tool", "dhat", "-R", "Number77")
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn("no test of the preset 'normal' matches 'Number77'; the nearest: Many.Number",
                      done.stderr)
        done = self.profile("--tool", "dhat", "-R", "Many")
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn("21 tests match 'Many', the limit is 20", done.stderr)
        self.assertEqual(done.stderr.count("  Many.Number"), 20)

    @unittest.skipUnless(shutil.which("valgrind"), "valgrind is not on this machine")
    def test_a_test_runs_where_and_with_what_ctest_gives_it(self):
        done, document = self.profile_json("--tool", "dhat", "-R", "Odd.Environment")
        (run,) = document["runs"]
        self.assertEqual((done.returncode, run["exit_status"]), (1, 7), done.stderr)
        self.assertIn(f"variable=seven=7 in {self.folder / 'where'}", done.stderr)
        self.assertIn("/build/normal/profile/Odd.Environment.dhat.json", run["profile_path"])

    @unittest.skipUnless(shutil.which("valgrind"), "valgrind is not on this machine")
    def test_a_test_that_is_not_built_and_a_configure_that_fails_are_named(self):
        done = self.profile("--tool", "dhat", "-R", "Odd.NotBuilt")
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("Odd.NotBuilt: its program is not built", done.stderr)
        broken = self.folder / "broken"
        broken.mkdir()
        (broken / "CMakePresets.json").write_text(json.dumps(PRESETS))
        (broken / "CMakeLists.txt").write_text("message(FATAL_ERROR \"no flux\")\n")
        done = self.profile("--tool", "dhat", "-R", "a", source=broken)
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("cmake --preset normal: failed with exit status 1", done.stderr)
        self.assertIn("build/normal/profile/configure.log", done.stderr)


class Output(ProfileCase):
    @unittest.skipUnless(shutil.which("valgrind"), "valgrind is not on this machine")
    def test_the_options_of_valgrind_in_the_environment_do_not_reach_the_profile(self):
        done = self.profile("--tool", "massif", "--output", self.folder / "new" / "folder", "--",
                            "true", environment={"VALGRIND_OPTS": "--stacks=yes --depth=nonsense"})
        self.assertNotIn("nonsense", done.stderr)
        self.assertEqual(os.listdir(self.folder / "new" / "folder").count("true.massif.log"), 1)

    def test_the_script_can_be_run(self):
        self.assertTrue(os.access(SCRIPT, os.X_OK))


if __name__ == "__main__":
    unittest.main(verbosity=2)
