"""Names of options that a sanitizer does not know. Its runtime ignores them without a word, so
that a typo switches a check off; asked with verbosity=1, it lists them. Valgrind refuses to start
on a wrong name, so nothing has to be asked."""

from __future__ import annotations

import difflib
import re

from canary_process import Detector, run_bounded

_LIST = re.compile(r"^WARNING: found \d+ unrecognized flag\(s\):\n((?:    \S+\n)+)", re.MULTILINE)
_TITLE = re.compile(r"^Available flags for (\w+):$", re.MULTILINE)
_KNOWN = re.compile(r"^\t([a-z]\w*)$", re.MULTILINE)


def unknown_options(detector: Detector, program: str, environment: dict[str, str],
                    seconds: float) -> list[str]:
    """One sentence for each name in the detector's variable that its runtime, which is in
    `program`, does not know. Raises OSError when the program cannot be started."""
    options = environment.get(detector.options, "")
    if detector.name == "memcheck" or not options:
        return []
    # LeakSanitizer's options are checked by the AddressSanitizer that it is a part of.
    asking = dict(environment)
    for name in {detector.options, "ASAN_OPTIONS"} if detector.name == "lsan" else (
            {detector.options}):
        before = environment.get(name, "")
        asking[name] = f"{before}:verbosity=1:help=1" if before else "verbosity=1:help=1"
    output = run_bounded([program], seconds, asking).output
    # A runtime lists its own options; those of a part of it, such as LeakSanitizer's, it knows.
    known = _KNOWN.findall(output) if detector.title in _TITLE.findall(output) else []
    problems = []
    for listed in _LIST.findall(output):
        for name in listed.split():
            if re.search(rf"(?:^|[\s,:]){re.escape(name)}=", options):
                near = difflib.get_close_matches(name, known, 1, 0.6)
                problems.append(
                    f"{detector.options} has an option '{name}' that {detector.title} does not "
                    "know and ignores" + (f"; the nearest is '{near[0]}'" if near else "") +
                    ".\nNext step: mend its name in the test preset of CMakePresets.json")
    return list(dict.fromkeys(problems))
