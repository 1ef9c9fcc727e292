"""What the tests of scripts/profile share: a compiled program, and a run of the script."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests" / "profile"
SCRIPT = ROOT / "scripts" / "profile"
LIMIT_S = 120


class ProfileCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.folder = Path(holder.name).resolve()

    @classmethod
    def compile(cls, name, *options):
        """A program of known_sites.cpp. The copy makes the folder the program's own project."""
        source = cls.folder / "known_sites.cpp"
        source.write_text((HERE / "known_sites.cpp").read_text())
        program = cls.folder / name
        subprocess.run(["g++", "-std=c++20", "-g", "-O0", *options, "-o", program, source],
                       check=True, timeout=LIMIT_S, stdin=subprocess.DEVNULL)
        return program

    def profile(self, *arguments, environment=None, source=None):
        return subprocess.run(
            [SCRIPT, "--source", source or self.folder, *arguments], capture_output=True, text=True,
            check=False, timeout=LIMIT_S, stdin=subprocess.DEVNULL, cwd=self.folder,
            env={**os.environ, **(environment or {})})

    def profile_json(self, *arguments, **more):
        done = self.profile("--json", *arguments, **more)
        self.assertTrue(done.stdout, done.stderr)
        return done, json.loads(done.stdout)

    def line_of(self, text):
        lines = (HERE / "known_sites.cpp").read_text().splitlines()
        found = [number for number, line in enumerate(lines, 1) if text in line]
        self.assertEqual(len(found), 1, text)
        return found[0]
