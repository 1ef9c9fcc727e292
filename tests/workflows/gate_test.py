"""scripts/ci/gate: only success of every job is green."""

import json
import os
import subprocess
import unittest
from pathlib import Path

GATE = Path(__file__).resolve().parents[2] / "scripts" / "ci" / "gate"


def run_gate(needs, *arguments):
    environment = {key: value for key, value in os.environ.items() if key != "NEEDS"}
    if needs is not None:
        environment["NEEDS"] = needs if isinstance(needs, str) else json.dumps(needs)
    return subprocess.run([GATE, *arguments], capture_output=True, text=True, timeout=60,
                          check=False, stdin=subprocess.DEVNULL, env=environment)


def jobs(**results):
    return {name: {"result": result, "outputs": {}} for name, result in results.items()}


class Gate(unittest.TestCase):
    def test_it_is_green_when_every_job_succeeded(self):
        done = run_gate(jobs(test="success", lint="success"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, "gate: passed test: success\ngate: passed lint: success\n")

    def test_every_other_result_is_red_and_named(self):
        for result in ("failure", "cancelled", "skipped", "", "Success", "neutral"):
            done = run_gate(jobs(test="success", lint=result))
            self.assertEqual(done.returncode, 1, result)
            self.assertIn(f"RED    lint: {result}\n", done.stdout)
            self.assertIn("Next step:", done.stderr)

    def test_what_does_not_say_what_became_of_the_jobs_is_red(self):
        for needs in (None, "", "{}", "[]", "null", "{", '"success"', {"test": "success"},
                      {"test": {}}, {"test": {"result": None}}, {"test": {"result": True}},
                      {f"job{i}": {"result": "success"} for i in range(201)}):
            done = run_gate(needs)
            self.assertEqual((done.returncode, done.stdout), (3, ""), needs)
            self.assertIn("Next step:", done.stderr)

    def test_as_many_jobs_as_the_limit_are_read(self):
        self.assertEqual(run_gate(jobs(**{f"j{i}": "success" for i in range(200)})).returncode, 0)

    def test_an_output_that_is_wanted_must_be_there(self):
        needs = jobs(nightly="success")
        wanted = ("--output", "nightly.verdict=clean")
        for outputs, status in (({"verdict": "clean"}, 0), ({"verdict": "findings"}, 1),
                                ({"verdict": ""}, 1), ({}, 1), (None, 1), ("clean", 1)):
            needs["nightly"]["outputs"] = outputs
            self.assertEqual(run_gate(needs, *wanted).returncode, status, outputs)
        self.assertEqual(run_gate(jobs(test="success"), *wanted).returncode, 1)

    def test_a_name_cannot_start_a_line_of_its_own(self):
        done = run_gate(jobs(**{"a\n::set-env name=X::y": "failure"}))
        self.assertEqual(len(done.stdout.splitlines()), 1)
        self.assertTrue(done.stdout.startswith("gate: RED"))

    def test_help_and_wrong_command_lines(self):
        self.assertIn("NEEDS", run_gate(None, "--help").stdout)
        for arguments in (["--output", "verdict=clean"], ["--output", "a.b"], ["more"], ["--x"]):
            self.assertEqual(run_gate(jobs(test="success"), *arguments).returncode, 2, arguments)


if __name__ == "__main__":
    unittest.main()
