"""The three profilers: how each is started, where it writes, and who reads that."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Callable

from redzone_scripts.verdict_text import shown_path

from .dhat_file import read_dhat
from .heaptrack_file import read_heaptrack
from .massif_file import read_massif
from .sites import Profile, ProfileError, SiteTable

# The columns of a table by the word that --sort takes, and those that each tool fills.
COLUMN_OF_SORT = {"peak": "peak_bytes", "total": "total_bytes", "count": "blocks",
                  "leaked": "live_bytes_end"}
SORTS = {"heaptrack": tuple(COLUMN_OF_SORT), "dhat": tuple(COLUMN_OF_SORT), "massif": ("peak",)}
PROGRAM = {"heaptrack": "heaptrack", "dhat": "valgrind", "massif": "valgrind"}
# Frames that Valgrind records of a stack: enough to come out of a parser's recursion to the caller.
FRAMES = 40
NAMES_OF_HEAPTRACK = (".zst", ".gz")
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")


def require(tool: str) -> None:
    if shutil.which(PROGRAM[tool]) is None:
        raise ProfileError(f"{PROGRAM[tool]} is not on this machine\n"
                           "Next step: scripts/setup profile")


class Recording:
    """One run under a tool. The files of a run are named `stem` and lie in `folder`."""

    def __init__(self, tool: str, folder: Path, stem: str):
        self.tool = tool
        self._base = folder / f"{stem}.{tool}"
        self._paths = [Path(f"{self._base}{end}") for end in
                       (NAMES_OF_HEAPTRACK if tool == "heaptrack" else (".json",)
                        if tool == "dhat" else (".out",))]
        self.log = Path(f"{self._base}.log")
        for stale in [*self._paths, self.log]:
            stale.unlink(missing_ok=True)

    def command(self, target: list) -> list:
        if self.tool == "heaptrack":
            return ["heaptrack", *_record_only(), "-o", str(self._base), "--", *target]
        # Full paths of sources; the program's status, and nothing else, as the exit status.
        common = ["valgrind", f"--tool={self.tool}", "--fullpath-after=", "--error-exitcode=0",
                  "--trace-children=no", f"--num-callers={FRAMES}"]
        # A child that the program forks writes to a file of its own, not over its parent's.
        written = str(self._base).replace("%", "%%") + ".%p"
        if self.tool == "dhat":
            return [*common, f"--dhat-out-file={written}", *target]
        return [*common, f"--massif-out-file={written}", "--peak-inaccuracy=0.0",
                "--threshold=0.0", f"--depth={FRAMES}", *target]

    def environment(self, environment: dict) -> dict:
        """Without --record-only, heaptrack opens a window when it has one."""
        dropped = DISPLAYS if self.tool == "heaptrack" and not _record_only() else ()
        return {key: value for key, value in environment.items() if key not in dropped}

    def collect(self, pid: int) -> None:
        """Gives the file of the profiled process its name, and removes those of its children."""
        if self.tool == "heaptrack":
            # Ended by a signal, heaptrack leaves its pipe behind, always in this folder.
            Path("/", "tmp", f"heaptrack_fifo{pid}").unlink(missing_ok=True)
            return
        own = Path(f"{self._base}.{pid}")
        if own.exists():
            os.replace(own, self._paths[0])
        for other in self._base.parent.glob(f"{self._base.name}.[0-9]*"):
            other.unlink(missing_ok=True)

    def path(self) -> Path:
        for path in self._paths:
            if path.exists() and path.stat().st_size > 0:
                return path
        raise ProfileError(f"{self.tool} left no profile, or an empty one\nNext step: read "
                           f"{self.log}")

    def written_bytes(self) -> int:
        return sum(path.stat().st_size for path in [self.log, *self._paths] if path.exists())

    def read(self, source: Path, limit_s: float) -> Profile:
        table = SiteTable(str(source))
        readers: dict[str, Callable[[Path], Profile]] = {
            "heaptrack": lambda path: read_heaptrack(path, table, limit_s),
            "dhat": lambda path: read_dhat(path, table),
            "massif": lambda path: read_massif(path, table)}
        return readers[self.tool](self.path())

    def look_closer(self) -> str:
        path = shlex.quote(shown_path(self.path()))
        if self.tool == "heaptrack":
            return f"heaptrack_print {path} | less"
        if self.tool == "massif":
            return f"ms_print {path} | less"
        return f"open dh_view.html of Valgrind in a browser and load {path}"


def _record_only() -> list:
    """heaptrack 1.5 and newer: do not open a window at the end."""
    done = subprocess.run(["heaptrack", "--help"], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60, check=False)
    return ["--record-only"] if "--record-only" in done.stdout else []
