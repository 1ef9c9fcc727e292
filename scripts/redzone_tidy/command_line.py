"""The command line of scripts/tidy and its exit status."""

import argparse
import difflib
import os
import sys
from pathlib import Path

from redzone_tidy import clang_format, clang_tidy, exemptions, report, rules  # noqa: F401
from redzone_tidy.finding import RULES, rule
from redzone_tidy.source_tree import CannotRun, SourceTree, WrongCommandLine

DESCRIPTION = """\
Holds the tree to the house's rules: layers, sizes, names, headers, constructs, text, build files.

  scripts/tidy                 the project's own rules
  scripts/tidy --format        clang-format-19 over all C and C++ files; --fix rewrites them
  scripts/tidy --clang-tidy    clang-tidy-19 over what changed; --all over everything
"""
EPILOG = """\
A PATH limits what is reported to files and folders; the rules still see the whole tree. Files are
those that git tracks and new ones that it does not ignore.
Exit status: 0 clean, 1 findings, 2 wrong command line, 3 could not run.
"""


@rule("exemptions.stale", "delete the entry from scripts/redzone_tidy/exemptions.py")
def stale_exemptions(tree):
    """Every exemption still exempts something."""
    others = [each for each in RULES.values() if each.check is not stale_exemptions]
    _, used = exemptions.split([finding for each in others for finding in each.findings(tree)])
    for exemption in exemptions.stale(tree, used):
        yield exemption.path, 1, f"no longer needs its exemption from {exemption.rule}"


class Parser(argparse.ArgumentParser):
    def error(self, message):
        if message.startswith("unrecognized arguments: "):
            known = [option for action in self._actions for option in action.option_strings]
            for word in message[len("unrecognized arguments: ") :].split():
                near = difflib.get_close_matches(word.split("=")[0], known, 1)
                if near:
                    message += f"; did you mean {near[0]}?"
                    break
        print(f"tidy: {message}\nnext step: scripts/tidy --help", file=sys.stderr)
        sys.exit(2)


def parser():
    result = Parser("scripts/tidy", description=DESCRIPTION, epilog=EPILOG, allow_abbrev=False,
                    formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    result.add_argument("paths", nargs="*", metavar="PATH", help="report only on these")
    form = result.add_mutually_exclusive_group()
    form.add_argument("--format", action="store_true", help="check the layout of C and C++ files")
    form.add_argument("--clang-tidy", action="store_true", help="run clang-tidy")
    form.add_argument("--list-rules", action="store_true", help="print each rule and what it holds")
    result.add_argument("--fix", action="store_true", help="with --format: rewrite the files")
    result.add_argument("--base", metavar="REV",
                        help="with --clang-tidy: check what changed since REV (default: since the "
                             "branch left origin/main, else the last 20 commits)")
    result.add_argument("--all", action="store_true", help="with --clang-tidy: check every file")
    result.add_argument("--build-dir", metavar="DIR", default="build/normal",
                        help="with --clang-tidy: the tree with compile_commands.json "
                             "(default: %(default)s)")
    result.add_argument("--jobs", metavar="N", type=int, default=os.cpu_count() or 1,
                        help="with --clang-tidy: how many run at the same time")
    result.add_argument("--json", action="store_true", help="print one JSON document")
    result.add_argument("--root", metavar="DIR", default=str(Path(__file__).resolve().parents[2]),
                        help="the tree to check (default: the one of this script)")  # fmt: skip
    return result


def check_combination(options, command_line):
    for name, needed in (("fix", "format"), ("all", "clang_tidy"), ("base", "clang_tidy")):
        if getattr(options, name) and not getattr(options, needed):
            command_line.error(f"--{name} needs --{needed.replace('_', '-')}")
    if options.all and options.base:
        command_line.error("--all and --base exclude each other")
    if options.jobs < 1:
        command_line.error(f"--jobs {options.jobs}: at least 1")
    if not Path(options.root).is_dir():
        command_line.error(f"--root {options.root}: no such folder")


def selection(options, command_line):
    """A predicate on paths relative to the root. A PATH is relative to where the user is."""
    root = Path(options.root).resolve()
    wanted = []
    for name in options.paths:
        full = Path(name).resolve() if Path(name).exists() else (root / name).resolve()
        if not full.exists():
            command_line.error(f"{name}: no such file or folder")
        if full != root and root not in full.parents:
            command_line.error(f"{name}: not below {options.root}")
        wanted.append(full.relative_to(root).as_posix())

    def selected(path):
        return not wanted or any(w == "." or path == w or path.startswith(w + "/") for w in wanted)

    return selected


def own_findings(tree):
    findings = [finding for each in RULES.values() for finding in each.findings(tree)]
    return exemptions.split(findings)[0]


def run(options, selected):
    if options.list_rules:
        for each in RULES.values():
            print(f"{each.name}: {each.summary}")
        return 0
    tree = SourceTree.from_git(options.root)
    files = [file for file in tree.files if selected(file.path)]
    if not files:
        raise CannotRun("git ignores every file named; next step: see .gitignore")
    if options.format:
        return clang_format.run(tree, files, options)
    if options.clang_tidy:
        return clang_tidy.run(tree, selected, options)
    findings = [finding for finding in own_findings(tree) if selected(finding.path)]
    next_steps = {each.name: each.next_step for each in RULES.values()}
    checked = f"{report.plural(len(files), 'file')}, {report.plural(len(RULES), 'rule')}"
    return report.print_findings(findings, next_steps, checked, options.json)


def main(arguments):
    command_line = parser()
    options = command_line.parse_intermixed_args(arguments)
    check_combination(options, command_line)
    try:
        return run(options, selection(options, command_line))
    except WrongCommandLine as error:
        command_line.error(str(error))
    except CannotRun as error:
        print(f"tidy: could not run: {error}", file=sys.stderr)
        return 3
    except BrokenPipeError:
        return 3
