"""scripts/ci/matrix: which presets a workflow runs, and within which limits."""

import json
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run_matrix(*arguments):
    return subprocess.run([ROOT / "scripts" / "ci" / "matrix", *arguments], capture_output=True,
                          text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)


def entries(*arguments):
    done = run_matrix(*arguments)
    lines = dict(line.split("=", 1) for line in done.stdout.splitlines())
    found = {entry["preset"]: entry for entry in json.loads(lines["matrix"])["include"]}
    assert list(found) == lines["presets"].split()
    return found


def detectors(name, presets):
    preset = presets[name]
    own = preset.get("cacheVariables", {}).get("REDZONE_DETECTORS")
    parents = preset.get("inherits", [])
    parents = [parents] if isinstance(parents, str) else parents
    return own or next(filter(None, (detectors(parent, presets) for parent in parents)), None)


class Matrix(unittest.TestCase):
    def test_it_has_every_preset_with_a_detector_that_packages_bring(self):
        # By a reading of the presets of its own, so that one that gets lost is noticed.
        document = json.loads((ROOT / "CMakePresets.json").read_text())
        presets = {preset["name"]: preset for preset in document["configurePresets"]}
        wanted = {name for name, preset in presets.items()
                  if not preset.get("hidden") and detectors(name, presets)}
        self.assertLessEqual({f"{tool}{twin}" for tool in ("asan", "ubsan", "tsan", "valgrind")
                              for twin in ("", "-clang")}, wanted)
        self.assertEqual(set(entries("--presets", "msan")), {"msan"})
        wanted.remove("msan")
        self.assertEqual(set(entries()), wanted)
        self.assertEqual(set(entries("--presets", "", "--minutes", "")), wanted)

    def test_presets_can_be_named_between_blanks_or_commas(self):
        for words in ("tsan asan-clang", " tsan,asan-clang, ", "tsan\nasan-clang tsan"):
            self.assertEqual(list(entries("--presets", words)), ["tsan", "asan-clang"])

    def test_a_preset_that_would_prove_nothing_is_refused(self):
        for words, problem in (("normal", "'normal' has no detector"),
                               ("asan asna", "'asna' does not exist; the nearest is 'asan'"),
                               ("base", "does not exist"), ("$(id)", "does not exist"),
                               ("x\n::error::y", "does not exist")):
            done = run_matrix("--presets", words)
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
            self.assertIn(problem, done.stderr)

    def test_the_steps_of_a_job_end_before_it_is_ended(self):
        for arguments in ((), ("--minutes", "15"), ("--minutes", "360")):
            for entry in entries(*arguments).values():
                # Building and testing are the two long ones.
                self.assertLess(2 * entry["step_seconds"], 60 * entry["minutes"])
                self.assertGreaterEqual(entry["step_seconds"], 120)

    def test_a_time_limit_holds_for_all_within_what_github_allows(self):
        for minutes in ("15", "16", "359", "360"):
            self.assertEqual({entry["minutes"] for entry in
                              entries("--minutes", minutes).values()}, {int(minutes)})
        for minutes in ("14", "361", "-1", "1e2", "x", "15.5", "9" * 50):
            self.assertEqual(run_matrix("--minutes", minutes).returncode, 2, minutes)
        self.assertEqual(entries("--minutes", "0"), entries())

    def test_a_project_without_detectors_did_not_run(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(run_matrix("--source", folder).returncode, 3)
            shutil.copy(ROOT / "CMakePresets.json", folder)
            path = Path(folder) / "CMakePresets.json"
            path.write_text(path.read_text().replace("REDZONE_DETECTORS", "NO_DETECTORS"))
            done = run_matrix("--source", folder)
            self.assertEqual((done.returncode, done.stdout), (3, ""))
            self.assertIn("Next step:", done.stderr)


if __name__ == "__main__":
    unittest.main()
