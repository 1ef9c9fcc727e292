"""The local runner: the real gate, matrix and summary jobs, and a workflow of its own."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from expressions import UnknownExpression, substitute

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CHECKOUT = "uses: actions/checkout@0 # v0"
WORKFLOW = """
on: push
env: {{FROM: workflow, OVER: workflow}}
jobs:
  job:
    needs: other
    env: {{OVER: job}}
    outputs: {{word: "${{{{ steps.a.outputs.word }}}}"}}
    {timeout}
    steps:
      - {checkout}
{steps}
"""


class RunnerCase(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def run_job(self, *arguments):
        return subprocess.run(
            [sys.executable, "-B", HERE / "run_job.py", *arguments], capture_output=True,
            text=True, timeout=240, check=False, stdin=subprocess.DEVNULL,
            env={**os.environ, "NOT_HANDED_ON": "secret", "HANDED_ON": "word"})


@unittest.skipUnless((ROOT / ".git").exists(), "the source tree is no clone")
class RealJobs(RunnerCase):
    """Against the committed state, as GitHub would run it."""

    def test_the_gate_of_each_change(self):
        for results, status in ((("success", "success"), 0), (("success", "failure"), 1),
                                (("cancelled", "success"), 1), (("skipped", "success"), 1)):
            done = self.run_job("ci.yml", "gate", "--need", f"test={results[0]}",
                                "--need", f"lint={results[1]}")
            self.assertEqual(done.returncode, status, done.stdout + done.stderr)
            self.assertIn(f"test: {results[0]}\n", done.stdout)

    def test_the_matrix_leaves_its_outputs(self):
        done = self.run_job("memory-safety.yml", "matrix", "--input", "presets=asan tsan-clang",
                            "--input", "minutes=0", "--github", "event_name=schedule")
        self.assertEqual(done.returncode, 0, done.stderr)
        outputs = {}
        for line in done.stdout.splitlines():
            if line.startswith("run_job: outputs: "):
                outputs.update(json.loads(line.split(": ", 2)[2]))
        self.assertEqual(outputs["presets"], "asan tsan-clang")
        self.assertEqual([each["preset"] for each in json.loads(outputs["matrix"])["include"]],
                         ["asan", "tsan-clang"])

    def test_the_verdict_of_a_night(self):
        def verdict(name, detectors):
            preset = {"preset": "asan", "verdict": name, "seconds": 1, "reasons": [],
                      "reasons_dropped": {}, "tests": {}}
            folder = self.folder / "artifacts" / "memory-checks-asan"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "memory-checks.json").write_text(json.dumps(
                {"schema": "redzone/memory-checks/1", "verdict": name, "presets": [preset]}))
            return self.run_job("memory-safety.yml", "verdict", "--files", str(self.folder),
                                "--need", f"detectors={detectors}",
                                "--need-output", "matrix.presets=asan")

        clean, findings = verdict("clean", "success"), verdict("findings", "failure")
        self.assertEqual(clean.returncode, 0, clean.stdout + clean.stderr)
        self.assertIn('outputs: {"verdict": "clean"}', clean.stdout)
        self.assertIn("## Memory safety: clean\n", clean.stdout)
        self.assertEqual(findings.returncode, 1)
        self.assertIn('outputs: {"verdict": "findings"}', findings.stdout)


class Runner(RunnerCase):
    def run_steps(self, steps, *arguments, checkout=CHECKOUT, timeout="", status=0):
        repository = self.folder / "repository"
        if not repository.exists():
            commit = ["-C", repository, "-c", "user.name=a", "-c", "user.email=a@b", "commit",
                      "--quiet", "--allow-empty", "-m", "a"]
            for command in (["init", "--quiet", repository], commit, commit):
                subprocess.run(["git", *command], check=True, timeout=60)
        path = self.folder / "workflow.yml"
        path.write_text(WORKFLOW.format(checkout=checkout, timeout=timeout, steps="\n".join(
            f"      - {json.dumps(step)}" for step in steps)))
        done = self.run_job(str(path), "job", "--source", str(repository), *arguments)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def test_steps_see_their_environment_and_leave_outputs(self):
        done = self.run_steps([
            {"id": "a", "env": {"OWN": "${{ matrix.x }} ${{ inputs.y }}"},
             "run": 'echo "$FROM $OVER $OWN"; echo "word=$CI" >> "$GITHUB_OUTPUT"'},
            {"env": {"B": "${{ steps.a.outputs.word }}", "NEEDS": "${{ toJSON(needs) }}"},
             "run": 'echo "$B $NEEDS ${HANDED_ON:-no} ${NOT_HANDED_ON:-no}"'},
            {"run": 'echo "# page" >> "$GITHUB_STEP_SUMMARY"'}],
            "--matrix", "x=1", "--need", "other=failure", "--pass", "HANDED_ON")
        self.assertIn("\nworkflow job 1 \n", done.stdout)
        self.assertIn('\ntrue {"other": {"result": "failure", "outputs": {}}} word no\n',
                      done.stdout)
        self.assertIn('outputs: {"word": "true"}', done.stdout)
        self.assertIn("# page", done.stdout)

    def test_the_clone_has_the_depth_of_the_checkout(self):
        count = [{"run": "echo commits $(git rev-list --count HEAD)"}]
        self.assertIn("\ncommits 1\n", self.run_steps(count).stdout)
        whole = f"{{{CHECKOUT.partition(' #')[0]}, with: {{fetch-depth: 0}}}}"
        self.assertIn("\ncommits 2\n", self.run_steps(count, checkout=whole).stdout)

    def test_after_a_step_that_fails_only_those_that_always_run_do(self):
        done = self.run_steps([{"run": "false | cat; echo after"}, {"run": "echo second"},
                               {"if": "always()", "run": "echo third"}], status=1)
        self.assertNotIn("\nafter\n", done.stdout)
        self.assertNotIn("\nsecond\n", done.stdout)
        self.assertIn("\nthird\n", done.stdout)

    def test_a_job_ends_at_its_limit_with_its_children(self):
        for arguments, timeout in (((), "timeout-minutes: 0"),
                                   (("--minutes", "0"), "timeout-minutes: 60")):
            done = self.run_steps([{"run": "sleep 600 & wait"}], *arguments, timeout=timeout,
                                  status=1)
            self.assertIn("FAILED with 124", done.stdout)

    def test_what_it_cannot_do_it_says(self):
        for step in ({"run": "echo ${{ hashFiles('x') }}"}, {"run": "echo ${{ vars.X }}"},
                     {"if": "failure()", "run": "echo"}, {"run": "x", "working-directory": "no"}):
            self.assertIn("Next step:", self.run_steps([step], status=3).stderr)
        self.assertIn("before there is a checkout", self.run_steps(
            [{"run": "echo"}], checkout="run: echo", status=3).stderr)
        for arguments in (["ci.yml", "tests"], ["ci.yml"], ["ci.yml", "gate", "--need", "test"]):
            self.assertEqual(self.run_job(*arguments).returncode, 2)
        self.assertEqual(self.run_job("no.yml", "job").returncode, 3)
        self.assertIn("Only `run:` steps", self.run_job("--help").stdout)

    def test_apt_and_other_actions_are_named_and_not_run(self):
        done = self.run_steps([{"run": "apt-get --no-such-option"}, {"uses": "actions/x@1"}])
        self.assertIn("skipped: apt-get --no-such-option\n", done.stdout)
        self.assertIn("skipped: actions/x@1 runs on GitHub only\n", done.stdout)


class Expressions(unittest.TestCase):
    def test_what_is_known_is_put_in_and_what_is_not_is_an_error(self):
        contexts = {"needs": {"a": {"outputs": {"m": '{"b": 1}'}}}, "github": {"ref": "r"}}
        for text, wanted in (("${{ github.ref }}-${{github.sha}}", "r-"),
                             ("${{ needs.a.outputs.none }}", ""), (7, "7"),
                             ("${{ fromJSON(needs.a.outputs.m) }}", "{'b': 1}")):
            self.assertEqual(substitute(text, contexts), wanted)
        for text in ("a || b", "secrets.X", "matrix.x", "f(x)", ""):
            with self.assertRaises(UnknownExpression):
                substitute(f"${{{{ {text} }}}}", contexts)


if __name__ == "__main__":
    unittest.main()
