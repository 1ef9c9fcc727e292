"""A program, a tool or a whole run that is ended half-way, and a run of nothing."""

import os
import signal
import time
import unittest
from pathlib import Path

from sabotage_tree import PATIENCE_S, SabotageCase, needs

WAITS = ("#include <unistd.h>\n#include <cstdio>\n"
         "int main() { std::puts(\"began\"); std::fflush(stdout); sleep(100); return 0; }\n")


class Killed(SabotageCase):
    def waiting_tree(self, preset):
        tree = self.new_tree(preset)
        tree.add_tripwire(tree.detectors[0])
        self.program = tree.add_program("waits", WAITS)
        return tree

    def process_of(self, parent):
        """The process that runs the program of the test, below the process `parent`."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and parent.poll() is None:
            for entry in Path("/proc").iterdir():
                try:
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                except OSError:
                    continue
                # Valgrind is replaced by its tool; before that it is not half-way.
                if str(self.program).encode() in words[-2:] and b"ctest" not in words[0]:
                    return int(entry.name)
            time.sleep(0.02)
        return self.fail("the test never started")

    def end_program(self, parent):
        pid = self.process_of(parent)
        time.sleep(0.2)
        os.kill(pid, signal.SIGKILL)

    def end_ctest(self, parent):
        pid = self.process_of(parent)
        parent.kill()
        os.kill(pid, signal.SIGKILL)

    def test_a_test_program(self):
        tree = self.waiting_tree("asan")
        self.expect_did_not_run(tree.run(["asan"], meanwhile=self.end_program),
                                "a test was killed from outside.* waits")

    @needs("valgrind")
    def test_valgrind(self):
        tree = self.waiting_tree("valgrind")
        self.expect_did_not_run(tree.run(meanwhile=self.end_program),
                                "a test was killed from outside.* waits")

    def test_ctest(self):
        tree = self.waiting_tree("asan")
        self.expect_did_not_run(tree.run(["asan"], meanwhile=self.end_ctest),
                                "ctest was ended by signal 9", "tripwire.asan did not run")

    def test_a_test_that_hangs_until_its_time_limit(self):
        tree = self.new_tree("asan")
        tree.add_tripwire("asan")
        tree.add_program("waits", WAITS, timeout=1)
        self.expect_did_not_run(tree.run(["asan"]), "a test ran into its time limit.* waits")

    def test_a_tripwire_that_hangs(self):
        tree = self.new_tree("asan")
        tree.add_tripwire("asan")
        tree.add_program("own")
        command = tree.tests["tripwire.asan"][0]
        command[command.index("--program") + 1] = str(tree.add_program("waits", WAITS))
        del tree.tests["waits"]
        command += ["--timeout", "1"]
        self.expect_did_not_run(tree.run(["asan"]), "tripwire.asan .*killed at the time limit of 1")


class Nothing(SabotageCase):
    def test_no_tests_at_all(self):
        tree = self.new_tree("asan")
        self.expect_did_not_run(tree.run(["asan"]), "the list of tests is empty",
                                "tripwire.asan did not run|no test ran")

    def test_no_test_of_the_project(self):
        tree = self.new_tree("asan")
        tree.add_tripwire("asan")
        self.expect_did_not_run(tree.run(["asan"]), "no test of the project")


if __name__ == "__main__":
    unittest.main()
