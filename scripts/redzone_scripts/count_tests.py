"""Sums the tests of several runs of ctest: count_tests.py FILE..., each what one ctest printed.

Prints 'N passed, N failed', with ', N skipped' when there were any; a run of which the file is
missing or has no closing summary adds nothing.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from redzone_scripts.ctest_log import (DISABLED, FAILED, NOT_RUN, PASSED, SKIPPED,  # noqa: E402
                                       read_summary)


def main(files: list) -> int:
    totals = dict.fromkeys((PASSED, FAILED, SKIPPED, DISABLED, NOT_RUN), 0)
    for path in map(Path, files):
        if path.is_file():
            for outcome, count in read_summary(path).counts().items():
                totals[outcome] += count
    line = f"{totals[PASSED]} passed, {totals[FAILED] + totals[NOT_RUN]} failed"
    skipped = totals[SKIPPED] + totals[DISABLED]
    print(line + (f", {skipped} skipped" if skipped else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
