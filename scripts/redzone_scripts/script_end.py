"""How a script that runs for long ends: one that is interrupted ends its children first, and one
whose reader has gone says nothing more."""

from __future__ import annotations

import os
import signal
import sys
from typing import Callable

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
COULD_NOT_RUN = 3


def end_with(name: str, main: Callable[[list], int]) -> None:
    """Ends this process with the exit status of `main`, given the command line. What interrupts it
    comes to it as KeyboardInterrupt."""
    for number in SIGNALS:
        signal.signal(number, _interrupt)
    try:
        status = main(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        print(f"{name}: interrupted", file=sys.stderr)
        status = COULD_NOT_RUN
    except BrokenPipeError:
        # Nobody read the result. The interpreter must not try to flush once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = COULD_NOT_RUN
    except OSError as error:
        print(f"{name}: {error}", file=sys.stderr)
        status = COULD_NOT_RUN
    sys.exit(status)


def _interrupt(_number: int, _frame: object) -> None:
    # Once is enough: a second signal must not stop the ending of the children.
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
