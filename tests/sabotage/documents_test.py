"""Documents of valgrind --xml=yes that are not whole, really made."""

import os
import signal
import subprocess
import time
import unittest

from sabotage_tree import PATIENCE_S, SabotageCase, needs

REPORTS = """\
#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char** argv) {
  volatile char* block = static_cast<char*>(std::malloc(40));
  block[40] = 1;
  if (argc > 1 && *argv[1] == 'f' && fork() != 0) wait(nullptr);
  if (argc > 1 && *argv[1] == 'w') sleep(100);
  std::free(const_cast<char*>(block));
  return 0;
}
"""


@needs("valgrind")
class Documents(SabotageCase):
    @classmethod
    def setUpClass(cls):
        # Of any detector: the run itself is clean, and only the document is not.
        cls.tree = cls.new_tree("tsan")
        cls.tree.add_tripwire("tsan")
        cls.tree.add_program("own")
        source = cls.tree.folder / "reports.cpp"
        source.write_text(REPORTS)
        cls.program = cls.tree.folder / "reports"
        subprocess.run(["g++", "-w", "-gdwarf-4", source, "-o", cls.program], check=True)

    def document(self, *words, name="valgrind.xml", options=()):
        """Starts the program under Valgrind; returns (process, path of the document)."""
        path = self.tree.folder / name
        path.unlink(missing_ok=True)
        process = subprocess.Popen(
            ["valgrind", "--quiet", "--xml=yes", f"--xml-file={path}", *options, self.program,
             *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env=self.tree.environment)
        return process, path

    def result(self, path):
        return self.tree.run(more=("--valgrind-xml", str(path)))

    def test_a_whole_one_with_an_error_is_findings(self):
        process, path = self.document()
        process.wait(PATIENCE_S)
        self.expect(self.result(path), 1, "findings Valgrind reported .*InvalidWrite Invalid write "
                    "of size 1 reports.cpp:6")

    def test_one_that_ends_where_valgrind_was_killed(self):
        process, path = self.document("wait")
        deadline = time.monotonic() + PATIENCE_S
        while not (path.exists() and "</error>" in path.read_text()):
            self.assertLess(time.monotonic(), deadline, "Valgrind never reported")
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        self.expect_did_not_run(self.result(path), "before Valgrind closed it: the run was killed",
                                "findings Valgrind reported .*InvalidWrite")

    def test_one_that_was_cut_off(self):
        process, path = self.document()
        process.wait(PATIENCE_S)
        path.write_text(path.read_text().partition("</error>")[0])
        self.expect_did_not_run(self.result(path), "before Valgrind closed it")

    def test_two_processes_in_one_file(self):
        process, path = self.document("fork")
        process.wait(PATIENCE_S)
        self.expect_did_not_run(self.result(path), "several processes wrote into one",
                                "use %p in --xml-file")

    def test_one_of_a_suppression_file_that_cannot_be_parsed(self):
        wrong = self.tree.folder / "wrong.supp"
        wrong.write_text("race:other\n")
        process, path = self.document(options=[f"--suppressions={wrong}"])
        process.wait(PATIENCE_S)
        self.expect_did_not_run(self.result(path), "before the program FINISHED",
                                "suppression file")

    def test_one_that_is_not_there(self):
        self.expect_did_not_run(self.result(self.tree.folder / "none.xml"), "cannot be read")


if __name__ == "__main__":
    unittest.main()
