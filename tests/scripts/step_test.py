"""run_shown of redzone_scripts/step.py: what a command prints, how it ended, and that nothing of it
is left after its time limit or an interruption."""

import os
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "scripts"))

from redzone_scripts import step  # noqa: E402

# A command whose grandchild ignores the polite signal and says who it is.
STUBBORN = "(trap '' TERM; echo $BASHPID > pid; while :; do sleep 0.1; done) & wait"


class RunShown(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="redzone-step-")
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def run_shown(self, script, limit_s=60, **environment):
        return step.run_shown(["bash", "-c", script], self.folder, limit_s, True, **environment)

    def test_output_and_status_come_back(self):
        self.assertEqual(self.run_shown("echo $WORD; exit 7", WORD="here"), (7, "here\n"))
        self.assertEqual(self.run_shown("kill -9 $$"), (-9, ""))

    def test_a_program_that_is_not_there_is_an_error_of_the_system(self):
        with self.assertRaises(OSError):
            step.run_shown(["no-such-program"], self.folder, 1)

    def test_the_time_limit_ends_also_what_the_command_started(self):
        self.assertEqual(self.run_shown(STUBBORN, limit_s=1), (None, ""))
        self.assertFalse(self.stubborn_is_alive())

    def test_an_interruption_ends_also_what_the_command_started(self):
        original, step.subprocess.Popen.communicate = step.subprocess.Popen.communicate, interrupt
        self.addCleanup(setattr, step.subprocess.Popen, "communicate", original)
        with self.assertRaises(KeyboardInterrupt):
            self.run_shown(STUBBORN)
        self.assertFalse(self.stubborn_is_alive())

    def stubborn_is_alive(self):
        pid = (self.folder / "pid").read_text().strip()
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return False
        return state not in ("Z", "X")


def interrupt(process, timeout):
    """What Ctrl-C does to the wait, once the grandchild is there."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline and process.poll() is None:
        written = Path(f"/proc/{process.pid}/cwd", "pid")
        if os.path.exists(written) and written.read_text().strip():
            raise KeyboardInterrupt
        time.sleep(0.01)
    raise AssertionError("the grandchild never came")


if __name__ == "__main__":
    unittest.main(verbosity=2)
