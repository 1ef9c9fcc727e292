"""How findings are printed: lines for people and editors, or one JSON document."""

import json
import os
import sys

BOLD, RED, PLAIN = "\033[1m", "\033[31m", "\033[0m"


def wants_colour(stream):
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def plural(count, word):
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def print_findings(findings, next_steps, checked, as_json, stream=None):
    """`next_steps` maps a rule, or the family before its first dot, to what to do; `checked` says
    what was looked at. Returns the exit status."""
    stream = stream or sys.stdout
    findings = sorted(set(findings))

    def step(rule):
        return next_steps.get(rule) or next_steps.get(rule.split(".")[0], "")

    if as_json:
        document = {
            "schema": "redzone/tidy/1",
            "checked": checked,
            "findings": [
                {"file": f.path, "line": f.line, "rule": f.rule, "message": f.message,
                 "next_step": step(f.rule)}
                for f in findings
            ],
        }  # fmt: skip
        print(json.dumps(document, indent=2), file=stream)
        return 1 if findings else 0

    colour = wants_colour(stream)
    for finding in findings:
        if colour:
            print(f"{BOLD}{finding.path}:{finding.line}: {RED}{finding.rule}{PLAIN}: "
                  f"{finding.message}", file=stream)  # fmt: skip
        else:
            print(finding, file=stream)
    for rule in sorted({finding.rule for finding in findings}):
        print(f"next step for {rule}: {step(rule)}", file=stream)
    verdict = plural(len(findings), "finding") if findings else "clean"
    print(f"tidy: {verdict} ({checked})", file=stream)
    return 1 if findings else 0
