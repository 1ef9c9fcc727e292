"""run_twin.py sees a mistake that compiles, a correction that does not, and the wrong message."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
COMPILER = sys.argv[1] if len(sys.argv) > 1 else "g++"

PAIR = """// A pointer that may not be one.
// expect: {expect}

int* use(int& number) {{
#ifdef REDZONE_MISTAKE
  {mistake}
#else
  {right}
#endif
}}
"""


class RunTwin(unittest.TestCase):
    def run_twin(self, text=None, compiler=COMPILER, **parts):
        values = {"expect": "int", "mistake": "return number;", "right": "return &number;"}
        with tempfile.TemporaryDirectory(prefix="redzone-twin-") as folder:
            source = Path(folder) / "pair.cpp"
            source.write_text(text if text is not None else PAIR.format(**{**values, **parts}))
            done = subprocess.run([sys.executable, "-B", HERE / "run_twin.py", compiler, source],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  timeout=100, check=False)
        return done.returncode, done.stdout

    def test_a_pair_is_silent(self):
        self.assertEqual(self.run_twin(), (0, ""))

    def test_a_mistake_that_compiles_is_found(self):
        status, said = self.run_twin(mistake="return number > 0 ? &number : nullptr;")
        self.assertEqual(status, 1)
        self.assertIn("the mistake compiles", said)

    def test_a_correction_that_does_not_compile_is_found(self):
        for right in ("return numbr;", "int unused; return &number;"):
            status, said = self.run_twin(right=right)
            self.assertEqual(status, 1)
            self.assertIn("without the mistake it does not compile", said)

    def test_another_message_is_found(self):
        status, said = self.run_twin(expect="the arena runs no destructor")
        self.assertEqual(status, 1)
        self.assertIn("the compiler does not say 'the arena runs no destructor'", said)

    def test_what_is_no_pair_was_not_tried(self):
        whole = PAIR.format(expect="int", mistake="return number;", right="return &number;")
        for text, words in (
            (whole.replace("// expect", "// expects"), "expects nothing"),
            (whole.replace("#ifdef REDZONE_MISTAKE", "#ifdef MISTAKE"), "is no pair"),
            (whole + whole, "is no pair"),
            (whole.replace("  return number;\n", "  return number;\n" * 5),
             "more than one mistake"),
            (whole.replace("  return number;\n", ""), "more than one mistake"),
        ):
            status, said = self.run_twin(text)
            self.assertEqual(status, 3, said)
            self.assertIn(words, said)
            self.assertIn("Next step: ", said)

    def test_without_a_compiler_it_was_not_tried(self):
        status, said = self.run_twin(compiler="no-such-compiler")
        self.assertEqual(status, 3)
        self.assertIn("no-such-compiler does not start", said)
        self.assertIn("Next step: ", said)

    def test_a_wrong_command_line_is_told(self):
        done = subprocess.run([sys.executable, "-B", HERE / "run_twin.py"], capture_output=True,
                              timeout=100, check=False)
        self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
