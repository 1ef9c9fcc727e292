"""scripts/ci/lint in a small clone whose linters are played by programs."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINTERS = ["tidy", "format", "clang-tidy", "shellcheck"]
# Ends with the status in the file status-NAME or status-NAME:FIRST-ARGUMENT, where there is one.
PLAYED = """#!/usr/bin/env bash
echo "{name} $*"
for status in {folder}/status-{name} {folder}/status-{name}:"${{1//"/"/-}}"; do
  [[ ! -e $status ]] || exit "$(cat "$status")"
done
"""


class LintCase(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.clone, self.bin = self.folder / "clone", self.folder / "bin"
        self.bin.mkdir()
        scripts = self.clone / "scripts"
        (scripts / "ci").mkdir(parents=True)
        shutil.copy(ROOT / "scripts" / "ci" / "lint", scripts / "ci" / "lint")
        self.play(scripts / "setup")
        self.play(scripts / "tidy")
        self.play(self.bin / "cmake")
        self.play(self.bin / "shellcheck")
        for command in (["init", "--quiet"], ["add", "."]):
            subprocess.run(["git", "-C", self.clone, *command], check=True, timeout=60)

    def play(self, path):
        path.write_text(PLAYED.format(name=path.name, folder=self.folder))
        path.chmod(0o755)

    def ends_with(self, name, status):
        (self.folder / f"status-{name}").write_text(str(status))

    def run_lint(self, *arguments):
        return subprocess.run(
            [self.clone / "scripts" / "ci" / "lint", *arguments], capture_output=True, text=True,
            timeout=60, check=False, stdin=subprocess.DEVNULL, cwd=self.folder,
            env={**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}"})

    def table(self, done):
        lines = done.stdout.split("linter       result")[1].splitlines()[1:]
        return {line.split()[0]: " ".join(line.split()[1:-1]) for line in lines}


class Lint(LintCase):
    def test_every_linter_runs_and_says_what_it_took(self):
        done = self.run_lint()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.table(done), {"set-up": "done", **dict.fromkeys(LINTERS, "clean")})
        for line in ("setup normal lint", "tidy ", "tidy --format", "tidy --clang-tidy",
                     "shellcheck: scripts/ci/lint scripts/setup scripts/tidy"):
            self.assertIn(f"{line}\n", done.stdout)

    def test_findings_of_each_are_red_and_the_others_still_run(self):
        for name, status_of in (("tidy", "tidy:"), ("format", "tidy:--format"),
                                ("clang-tidy", "tidy:--clang-tidy"),
                                ("shellcheck", "shellcheck")):
            self.ends_with(status_of, 1)
            done = self.run_lint()
            (self.folder / f"status-{status_of}").unlink()
            self.assertEqual(done.returncode, 1, name)
            wanted = {"set-up": "done", **dict.fromkeys(LINTERS, "clean"), name: "findings"}
            self.assertEqual(self.table(done), wanted)

    def test_a_linter_that_could_not_run_is_worse_than_findings(self):
        self.ends_with("tidy:", 1)
        for name, status, row in (("tidy:--format", 3, "format"), ("cmake", 1, "clang-tidy"),
                                  ("tidy:--clang-tidy", 127, "clang-tidy"),
                                  ("shellcheck", 2, "shellcheck")):
            self.ends_with(name, status)
            done = self.run_lint()
            (self.folder / f"status-{name}").unlink()
            self.assertEqual(done.returncode, 3, name)
            self.assertEqual(self.table(done)[row], "did not run")
            self.assertEqual(self.table(done)["tidy"], "findings")

    def test_the_linters_can_be_named(self):
        done = self.run_lint("shellcheck", "tidy")
        self.assertEqual(list(self.table(done)), ["set-up", "shellcheck", "tidy"])
        self.assertEqual(self.run_lint("--list").stdout.split(), LINTERS)

    def test_without_the_set_up_nothing_runs(self):
        self.ends_with("setup", 3)
        done = self.run_lint()
        self.assertEqual(done.returncode, 3)
        self.assertNotIn("----", done.stdout)

    def test_without_a_script_to_look_at_shellcheck_did_not_run(self):
        shutil.rmtree(self.clone / ".git")
        self.assertEqual(self.table(self.run_lint("shellcheck"))["shellcheck"], "did not run")

    def test_help_and_wrong_command_lines(self):
        self.assertIn("usage: scripts/ci/lint", self.run_lint("--help").stdout)
        for word in ("tidyy", "--lst", "", "tidy format"):
            done = self.run_lint(word)
            self.assertEqual((done.returncode, done.stdout), (2, ""), word)
            self.assertIn("tidy format clang-tidy shellcheck", done.stderr)


class Gate(unittest.TestCase):
    def test_the_gate_takes_its_linters_from_this_list(self):
        text = (ROOT / ".ci" / "run").read_text()
        self.assertIn("scripts/ci/lint --list", text)
        for command in ("scripts/tidy", "shellcheck "):
            self.assertNotIn(command, text.replace("# shellcheck disable", ""))


if __name__ == "__main__":
    unittest.main()
