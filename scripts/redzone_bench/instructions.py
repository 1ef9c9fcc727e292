"""Instructions that functions of a program execute, counted by callgrind."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from .process import BenchError, measure

COST = re.compile(r"^(?:0x)?[0-9a-f]+ (\d+)$")


def inclusive_counts(profile: str) -> dict:
    """function -> instructions of it and what it calls, from callgrind's uncompressed file."""
    counts: dict = {}
    function = ""
    for line in profile.splitlines():
        if line.startswith("fn="):
            function = line[3:].strip()
        else:
            cost = COST.match(line)
            if cost:
                counts[function] = counts.get(function, 0) + int(cost.group(1))
    return counts


def instructions_a_block(program: Path, blocks: int, limit_s: float, cpus: set) -> dict:
    """NAME -> instructions a block of the program's function count_NAME, each of whose calls takes
    `blocks`. The argument of the program is how often it calls each."""
    rounds = (1, 3)
    counts = []
    with tempfile.TemporaryDirectory(prefix="redzone-bench-") as folder:
        for number in rounds:
            place = Path(folder) / f"callgrind.{number}"
            measure(["valgrind", "--tool=callgrind", "--compress-strings=no", "--compress-pos=no",
                     "--dump-line=no", f"--callgrind-out-file={place}", program, number], cpus,
                    limit_s, Path(folder))
            try:
                counts.append(inclusive_counts(place.read_text(errors="replace")))
            except OSError as error:
                raise BenchError(f"callgrind wrote no profile: {error}") from error
    first, last = counts
    found = {name[len("count_"):]: (last[name] - first.get(name, 0))
             / (rounds[1] - rounds[0]) / blocks for name in last if name.startswith("count_")}
    if not found:
        raise BenchError(f"{program} has no function that callgrind counted; next step: build the "
                         "programs again")
    return found
