"""scripts/tidy as a user meets it: forms, exit status, output, and what it looks at in a clone."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TIDY = Path(__file__).resolve().parents[2] / "scripts" / "tidy"
CLEAN = "int answer() { return 42; }\n"
UGLY = "int   answer( ) {return 42;}\n"
FAULTY = "int* answer() { return 0; }\n"
CHECKS = "Checks: '-*,modernize-use-nullptr,misc-include-cleaner'\nWarningsAsErrors: '*'\n"


def needs(program):
    """Skips where the program is missing, except in CI, where nothing may be skipped."""
    missing = shutil.which(program) is None and not os.environ.get("CI")
    return unittest.skipIf(missing, f"{program} is not on this machine; next step: scripts/setup")


class Clone(unittest.TestCase):
    """A repository with one component in a temporary folder."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="redzone tidy ")
        self.addCleanup(folder.cleanup)
        self.root = Path(os.path.realpath(folder.name))
        self.git("init", "-q", "-b", "main")
        self.write("CMakeLists.txt", "redzone_component(os)\n")
        self.write("src/os/CMakeLists.txt", "target_sources(redzone_os PRIVATE a.cpp b.cpp)\n")
        self.write(".gitignore", "/build/\n")
        self.write(".clang-format", "BasedOnStyle: Google\n")
        self.write(".clang-tidy", CHECKS)

    def write(self, path, text):
        full = self.root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(text)

    def git(self, *arguments):
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org",
                    "-c", "commit.gpgsign=false"]  # fmt: skip
        done = subprocess.run(["git", *identity, *arguments], cwd=self.root, check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True)  # fmt: skip
        return done.stdout.strip()

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "a", "--no-verify")
        return self.git("rev-parse", "HEAD")

    def tidy(self, *arguments, expect, **environment):
        done = subprocess.run(
            [sys.executable, "-B", str(TIDY), "--root", str(self.root), *arguments],
            cwd=self.root, env={**os.environ, **environment}, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, check=False)  # fmt: skip
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done


class OwnRules(Clone):
    def test_a_clean_tree_is_0_and_says_what_was_looked_at(self):
        self.write("src/os/a.cpp", CLEAN)
        self.assertRegex(self.tidy(expect=0).stdout, r"^tidy: clean \(6 files, \d+ rules\)\n$")

    def test_a_finding_is_1_with_place_rule_message_and_next_step(self):
        self.write("src/os/a.cpp", "\n\tint a;\n")
        output = self.tidy(expect=1).stdout
        self.assertIn("src/os/a.cpp:2: text.tabs: a tab\n", output)
        self.assertIn("next step for text.tabs: indent with spaces\n", output)
        self.assertNotIn("\033", output)

    def test_new_files_count_and_ignored_ones_do_not(self):
        self.write("build/a.cpp", "\t\n")
        self.write("src/os/a.cpp", CLEAN)
        self.tidy(expect=0)
        self.write("src/os/b.cpp", "\tint a;\n")
        self.tidy(expect=1)

    def test_a_path_limits_the_report_but_not_the_view(self):
        self.write("src/os/a.cpp", "\tint a;\n")
        self.write("src/os/b.cpp", '#include "redzone/widgets/a.hpp"\n')
        output = self.tidy("src/os/b.cpp", expect=1).stdout
        self.assertIn("layers.unknown_component", output)
        self.assertNotIn("a.cpp:", output)
        self.tidy("src/os/CMakeLists.txt", expect=0)

    def test_json_is_one_document(self):
        self.write("src/os/a.cpp", "\tint a;\n")
        document = json.loads(self.tidy("--json", expect=1).stdout)
        self.assertEqual(document["schema"], "redzone/tidy/1")
        self.assertEqual(document["findings"], [
            {"file": "src/os/a.cpp", "line": 1, "rule": "text.tabs", "message": "a tab",
             "next_step": "indent with spaces"}])  # fmt: skip

    def test_the_list_of_rules_has_a_line_for_each(self):
        lines = self.tidy("--list-rules", expect=0).stdout.splitlines()
        self.assertGreater(len(lines), 40)
        for line in lines:
            self.assertRegex(line, r"^[a-z]+\.[a-z_]+: [A-Z].*\.$")

    def test_wrong_command_lines_are_2_and_name_the_nearest_right_word(self):
        self.assertIn("did you mean --format?", self.tidy("--formt", expect=2).stderr)
        self.assertIn("no/such.cpp: no such file", self.tidy("no/such.cpp", expect=2).stderr)
        self.assertIn("--fix needs --format", self.tidy("--fix", expect=2).stderr)
        self.assertIn("--all and --base", self.tidy("--clang-tidy", "--all", "--base", "HEAD",
                                                    expect=2).stderr)  # fmt: skip

    def test_a_folder_that_is_no_clone_is_3(self):
        shutil.rmtree(self.root / ".git")
        self.assertIn("could not run", self.tidy(expect=3, GIT_CEILING_DIRECTORIES="/").stderr)


@needs("clang-format-19")
class Format(Clone):
    def test_a_file_laid_out_otherwise_is_found_and_repaired(self):
        self.write("src/os/a.cpp", CLEAN)
        self.tidy("--format", expect=0)
        self.write("src/os/a.cpp", UGLY)
        output = self.tidy("--format", expect=1).stdout
        self.assertIn("src/os/a.cpp:1: format.layout: ", output)
        self.assertIn("scripts/tidy --format --fix", output)
        self.tidy("--format", "--fix", expect=0)
        self.assertEqual((self.root / "src/os/a.cpp").read_text(), CLEAN)

    def test_a_missing_program_or_a_broken_configuration_is_3(self):
        self.write("src/os/a.cpp", CLEAN)
        git = os.path.dirname(shutil.which("git"))
        links = self.root / "build" / "bin"
        links.mkdir(parents=True)
        (links / "git").symlink_to(Path(git) / "git")
        self.assertIn("scripts/setup", self.tidy("--format", expect=3, PATH=str(links)).stderr)
        self.write(".clang-format", "BasedOnStyle: Nobody\n")
        self.tidy("--format", expect=3)
        (self.root / ".clang-format").unlink()
        self.tidy("--format", expect=3)


@needs("clang-tidy-19")
class ClangTidy(Clone):
    def setUp(self):
        super().setUp()
        self.write("src/os/a.cpp", FAULTY)
        self.write("src/os/b.cpp", CLEAN)
        self.compile_commands("a.cpp", "b.cpp")

    def compile_commands(self, *names):
        entries = [{"directory": str(self.root), "file": str(self.root / "src/os" / name),
                    "command": "/usr/bin/g++ -fanalyzer -Wlogical-op -I/include -std=c++23 "
                               f"-c src/os/{name}"}
                   for name in names]  # fmt: skip
        self.write("build/normal/compile_commands.json", json.dumps(entries))

    def clang_tidy(self, *arguments, expect):
        return self.tidy("--clang-tidy", *arguments, expect=expect)

    def test_a_finding_is_1_and_options_that_only_gcc_knows_do_not_matter(self):
        self.commit()
        output = self.clang_tidy(expect=1).stdout
        self.assertIn("src/os/a.cpp:1: clang-tidy.modernize-use-nullptr: ", output)
        self.assertEqual(output.count("src/os/"), 1)
        self.assertIn("(2 files, changed since the first commit", output)

    def test_only_what_changed_since_the_base_is_checked(self):
        base = self.commit()
        self.write("src/os/b.cpp", CLEAN + CLEAN.replace("answer", "other"))
        self.assertIn("(1 file, ", self.clang_tidy("--base", base, expect=0).stdout)
        self.write("src/os/c.cpp", FAULTY)
        self.compile_commands("a.cpp", "b.cpp", "c.cpp")
        output = self.clang_tidy("--base", base, expect=1).stdout
        self.assertIn("src/os/c.cpp:1:", output)
        self.assertNotIn("src/os/a.cpp", output)
        (self.root / "src/os/c.cpp").unlink()
        self.assertIn("(2 files, all", self.clang_tidy("--all", expect=1).stdout)
        self.assertIn("as named", self.clang_tidy("src/os/a.cpp", expect=1).stdout)
        self.assertIn("no such revision", self.clang_tidy("--base", "nowhere", expect=2).stderr)

    def test_a_branch_is_compared_with_where_it_left_main(self):
        base = self.commit()
        self.git("update-ref", "refs/remotes/origin/main", base)
        self.write("src/os/b.cpp", FAULTY)
        self.commit()
        output = self.clang_tidy(expect=1).stdout
        self.assertIn("src/os/b.cpp:1:", output)
        self.assertNotIn("src/os/a.cpp", output)

    def test_a_clone_of_main_itself_is_never_an_empty_gate(self):
        self.git("update-ref", "refs/remotes/origin/main", self.commit())
        self.assertIn("changed since the first commit", self.clang_tidy(expect=1).stdout)
        for _ in range(21):
            self.git("commit", "-q", "--allow-empty", "-m", "a", "--no-verify")
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")
        self.assertIn("(1 file, one of each component, because no C++ file",
                      self.clang_tidy(expect=1).stdout)  # fmt: skip
        self.write(".clang-tidy", (self.root / ".clang-tidy").read_text() + "# more\n")
        self.assertIn("(2 files, all, because .clang-tidy", self.clang_tidy(expect=1).stdout)

    def test_a_changed_header_selects_itself_and_the_sources_that_include_it(self):
        self.write("src/os/inner.hpp", "#pragma once\nint answer();\n")
        self.write("src/os/outer.hpp", '#pragma once\n#include "os/inner.hpp"\n')
        self.write("src/os/a.cpp", '#include "os/outer.hpp"\n' + CLEAN)
        base = self.commit()
        self.write("src/os/inner.hpp", "#pragma once\nint* answer();\n")
        output = self.clang_tidy("--base", base, "--json", expect=1).stdout
        self.assertIn("2 files", json.loads(output)["checked"])

    def test_a_changed_header_of_the_test_support_selects_who_includes_it(self):
        self.write("tests/support/fake.hpp", "#pragma once\nint fake();\n")
        self.write("src/os/a.cpp", '#include "tests/support/fake.hpp"\n' + FAULTY)
        base = self.commit()
        self.write("tests/support/fake.hpp", "#pragma once\nint fake(int);\n")
        self.assertIn("src/os/a.cpp:", self.clang_tidy("--base", base, expect=1).stdout)

    def test_a_superfluous_include_is_found_and_a_missing_one_left_to_its_header(self):
        self.write("include/redzone/os/inner.hpp", "#pragma once\nint inner();\n")
        self.write("include/redzone/os/outer.hpp",
                   '#pragma once\n#include "redzone/os/inner.hpp"\nint outer();\n')  # fmt: skip
        self.write("src/os/a.cpp", '#include "include/redzone/os/outer.hpp"\n'
                                   "int answer() { return inner(); }\n")  # fmt: skip
        text = (self.root / "build/normal/compile_commands.json").read_text()
        flags = f"-I{self.root} -I{self.root}/include".replace(" ", "\\\\ ").replace(
            "\\\\ -I", " -I")  # fmt: skip
        self.write("build/normal/compile_commands.json", text.replace("-I/include", flags))
        output = self.clang_tidy("src/os/a.cpp", expect=1).stdout
        self.assertIn("src/os/a.cpp:1: clang-tidy.misc-include-cleaner: included header", output)
        self.assertNotIn("no header providing", output)

    def write_foreign_header(self, text):
        """A system's header outside the repository, which src/os/a.cpp is compiled with."""
        folder = tempfile.TemporaryDirectory(prefix="redzone-foreign-")
        self.addCleanup(folder.cleanup)
        Path(folder.name, "foreign.h").write_text(text)
        source = str(self.root / "src/os/a.cpp")
        self.write("build/normal/compile_commands.json", json.dumps([
            {"directory": str(self.root), "file": source,
             "arguments": ["/usr/bin/g++", "-isystem", folder.name, "-c", source]}]))  # fmt: skip
        self.write(".clang-tidy", "Checks: '-*,clang-analyzer-cplusplus.*'\n")

    def test_what_the_analyzer_finds_in_a_foreign_header_is_left_out_and_ours_is_not(self):
        self.write_foreign_header("int keep(int*);\n"
                                  "inline int make() { return keep(new int(1)); }\n")  # fmt: skip
        self.write("src/os/a.cpp", "#include <foreign.h>\nint answer() { return make(); }\n")
        self.clang_tidy("src/os/a.cpp", expect=0)
        self.write("src/os/a.cpp", "#include <foreign.h>\nint answer() {\n"
                                   "  int* leaked = new int(1);\n"
                                   "  return make() + *leaked;\n}\n")  # fmt: skip
        output = self.clang_tidy("src/os/a.cpp", expect=1).stdout
        self.assertIn("src/os/a.cpp:4: clang-tidy.clang-analyzer-cplusplus.NewDeleteLeaks", output)
        self.assertNotIn("foreign.h", output)

    def test_a_foreign_header_that_does_not_compile_is_a_finding(self):
        self.write_foreign_header("nothing make();\n")
        self.write("src/os/a.cpp", "#include <foreign.h>\n")
        self.assertIn("foreign.h:1: clang-tidy.clang-diagnostic-error",
                      self.clang_tidy("src/os/a.cpp", expect=1).stdout)  # fmt: skip

    def test_what_cannot_be_checked_is_3_with_the_next_step(self):
        self.commit()
        self.compile_commands("a.cpp")
        self.assertIn("src/os/b.cpp is not in", self.clang_tidy(expect=3).stderr)
        error = self.clang_tidy("--build-dir", "build/asan", expect=3).stderr
        self.assertIn("next step: cmake --preset asan", error)

    def test_a_configuration_that_checks_nothing_is_3(self):
        for broken in ("Checks: [\n", "Checks: '-*,no-such-check'\n",
                       "Checks: '-*,misc-*'\nCheckOptions: {misc-x.Y: 1}\n"):  # fmt: skip
            with self.subTest(broken=broken):
                self.write(".clang-tidy", broken)
                self.assertIn(".clang-tidy is not valid", self.clang_tidy("--all", expect=3).stderr)
        (self.root / ".clang-tidy").unlink()
        self.clang_tidy("--all", expect=3)

    def test_code_that_does_not_compile_is_a_finding(self):
        self.write("src/os/a.cpp", "int answer() { return nothing; }\n")
        self.assertIn("clang-diagnostic-error", self.clang_tidy("src/os/a.cpp", expect=1).stdout)


if __name__ == "__main__":
    unittest.main()
