"""Writes build trees as ctest leaves them, for tests of the verdict."""

import json
from pathlib import Path

RULE = "-" * 58
CLOSING = "End testing: Nov 21 00:33 UTC"


def block(name, output="fine\n", result="Test Passed.", command='"prog"', index=1, total=1):
    """A test's lines in LastTest.log, as ctest 3.25 writes them."""
    return (f"{index}/{total} Testing: {name}\n{index}/{total} Test: {name}\n"
            f"Command: {command}\nDirectory: /build\n"
            f'"{name}" start time: Nov 21 00:33 UTC\nOutput:\n{RULE}\n{output}<end of output>\n'
            f"Test time =   0.00 sec\n{RULE}\n{result}\n"
            f'"{name}" end time: Nov 21 00:33 UTC\n'
            f'"{name}" time elapsed: 00:00:00\n{RULE}\n\n')


class Tree:
    """A build tree whose detector is asan and whose tripwire passes; tests change what they are
    about."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.description = {"preset": "asan", "compiler": "GNU 12.2.0", "detectors": ["asan"],
                            "not_instrumented": ["scripts.setup"]}
        self.blocks = [block("tripwire.asan"), block("Reader.Reads")]
        self.closing = CLOSING + "\n"
        self.flags = "-fsanitize=address"

    @property
    def log(self) -> Path:
        return self.folder / "Testing" / "Temporary" / "LastTest.log"

    def write(self) -> Path:
        if self.flags is not None:
            (self.folder / "compile_commands.json").write_text(json.dumps([
                {"directory": "/build", "file": "/src/a.cpp",
                 "command": f"g++ {self.flags} -c /src/a.cpp"}]))
        if self.description is not None:
            (self.folder / "redzone-build.json").write_text(json.dumps(self.description))
        if self.blocks is not None:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            self.log.write_text(f"Start testing: Nov 21 00:33 UTC\n{RULE}\n" +
                                "".join(self.blocks) + self.closing)
        return self.folder

    def write_output(self, states=(), total=2) -> Path:
        """What ctest printed; `states` are pairs (test, ctest's word)."""
        path = self.folder / "ctest-output.txt"
        lines = ["Test project /build", f"50% tests passed, 1 tests failed out of {total}", "",
                 "Total Test time (real) =   2.01 sec", "", "The following tests FAILED:"]
        lines += [f"\t  {i} - {name} ({state})" for i, (name, state) in enumerate(states, 1)]
        path.write_text("\n".join(lines) + "\n")
        return path
