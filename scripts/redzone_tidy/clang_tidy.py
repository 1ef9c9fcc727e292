"""scripts/tidy --clang-tidy: clang-tidy 19 with .clang-tidy over what changed."""

import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from redzone_tidy import changes, report
from redzone_tidy.finding import Finding
from redzone_tidy.source_tree import CannotRun

PROGRAM = "clang-tidy-19"
AREAS = ("include", "src", "tests", "bench")
# Sources that are built by tests, or whose mistakes are planted.
NOT_CHECKED = ("canaries", "compile_fail", "consumers", "fuzz", "golden")
SECONDS_MAX = 600  # for one file; the slowest of ours takes some ten
DIAGNOSTIC = re.compile(r"^(/.+?|\w.+?):(\d+):\d+: (?:warning|error): (.*) \[([\w.,-]+)\]$")
# misc-include-cleaner is right about what is superfluous. What it misses may come from a header
# that is documented to bring it; that a header compiles alone is tested by the compiler.
LEFT_OUT = re.compile(r'^no header providing ".*" is directly included$')
# What the analyzer finds may end in the header of a foreign library, where nobody can repair it or
# write NOLINT. It assumes that functions of such a header keep nothing that they are given: what
# Google Benchmark registers is a leak to it. Of std, it leaves out such findings by itself.
ANALYZER = "clang-analyzer-"
# Options of g++ that clang refuses; warnings that it does not know are switched off as a whole.
GCC_ONLY = re.compile(
    r"-fanalyzer|-fconcepts.*|-fmodules-ts|-fmodule-mapper=.*|-fdeps-format=.*|-fno-var-tracking.*"
    r"|-fvar-tracking.*|-fno-semantic-interposition-.*|-static-lib[at]san|-static-libubsan"
)
NEXT_STEPS = {
    "clang-tidy": "repair it, or write NOLINT(check-name): and the reason why the check is wrong"
}


def is_checked(file):
    return file.area != "tests" or not set(Path(file.path).parts).intersection(NOT_CHECKED)


def read_database(options):
    """The compile commands, without what clang does not understand."""
    folder = Path(options.build_dir)
    path = Path(options.root) / folder
    preset = folder.name or "normal"
    try:
        entries = json.loads((path / "compile_commands.json").read_text())
    except (OSError, ValueError) as error:
        raise CannotRun(f"{options.build_dir} has no readable compile_commands.json; "
                        f"next step: cmake --preset {preset}") from error  # fmt: skip
    for entry in entries:
        if "command" in entry:
            words = entry["command"].split(" ")
            entry["command"] = " ".join(word for word in words if not GCC_ONLY.fullmatch(word))
        elif "arguments" in entry:
            entry["arguments"] = [w for w in entry["arguments"] if not GCC_ONLY.fullmatch(w)]
    return entries


def relative(root, path):
    try:
        return Path(os.path.realpath(path)).relative_to(os.path.realpath(root)).as_posix()
    except ValueError:
        return str(path)


def compiled_files(root, entries):
    return {relative(root, os.path.join(entry["directory"], entry["file"])) for entry in entries}


def included_file(tree, file, name):
    for candidate in (f"include/{name}", f"src/{name}", name, f"{'/'.join(file.folders)}/{name}"):
        if candidate in tree.by_path:
            return candidate
    return None


def includers(tree):
    """path of a header -> the files that include it directly."""
    result = {}
    for file in tree.cpp(*AREAS):
        for item in file.includes:
            target = included_file(tree, file, item.name)
            if target:
                result.setdefault(target, set()).add(file.path)
    return result


def affected(tree, changed):
    """The changed files, and for each changed header the sources that include it: directly, or,
    when only headers do, through those."""
    including = includers(tree)
    result = set(changed)
    for path in changed:
        if not tree.by_path[path].is_header:
            continue
        level, seen = {path}, {path}
        while level:
            above = set().union(*(including.get(each, set()) for each in level)) - seen
            sources = {each for each in above if not tree.by_path[each].is_header}
            result |= sources
            seen |= above
            level = set() if sources else above
    return result


def sample(tree, every):
    """The shortest source of every component and of its tests: enough to see that the check works
    where nothing that it could find has changed."""
    shortest = {}
    for path in sorted(every):
        file = tree.by_path[path]
        if not file.is_header:
            place = (file.area, file.component)
            shortest[place] = min(shortest.get(place, file), file, key=lambda each: len(each.raw))
    return {file.path for file in shortest.values()}


def choose(tree, selected, options, compiled):
    """(paths to check, words that say which). What belongs to a component has to be built; of other
    tests' sources, some are built by the tests themselves."""
    every = {file.path for file in tree.cpp(*AREAS)
             if is_checked(file) and (file.component in tree.components or file.path in compiled)}
    if options.all or (options.paths and not options.base):
        words = "all" if options.all else "as named"
        return {path for path in every if selected(path)}, words
    changed = changes.since(options.root, options.base)
    words = f"changed since {changed.since}"
    # A changed header that no build compiles by itself still concerns those that include it.
    known = {path for path in changed.paths
             if path in tree.by_path and tree.by_path[path].kind == "cpp"}  # fmt: skip
    chosen = affected(tree, known) & every
    rules_changed = any(path.split("/")[-1] == ".clang-tidy" for path in changed.paths)
    if rules_changed and chosen != every:
        chosen, words = every, f"all, because .clang-tidy {words}"
    elif not chosen and not options.base:
        chosen, words = sample(tree, every), f"one of each component, because no C++ file {words}"
    return {path for path in chosen if selected(path)}, words


def require_commands(tree, chosen, compiled, options):
    """A source that the build does not know cannot be checked, and nobody may think it was."""
    unknown = [path for path in sorted(chosen)
               if not tree.by_path[path].is_header and path not in compiled]  # fmt: skip
    if unknown:
        raise CannotRun(f"{unknown[0]} is not in {options.build_dir}/compile_commands.json; "
                        f"next step: cmake --preset {Path(options.build_dir).name}")  # fmt: skip


def is_left_out(path, name, message):
    """`path` is relative if it is in the repository."""
    is_foreign = os.path.isabs(path) and name.startswith(ANALYZER)
    return is_foreign or LEFT_OUT.match(message) is not None


def diagnostics(root, output):
    """(findings that count, number of all diagnostics)."""
    findings, count = [], 0
    for line in output.splitlines():
        match = DIAGNOSTIC.match(line)
        if not match:
            continue
        count += 1
        path, number, message, checks = match.groups()
        names = [name for name in checks.split(",") if name != "-warnings-as-errors"]
        path = relative(root, os.path.join(root, path))
        if not is_left_out(path, names[0], message):
            findings.append(Finding(path, int(number), f"clang-tidy.{names[0]}", message))
    return findings, count


def start(root, *arguments):
    try:
        return subprocess.run([PROGRAM, *arguments], cwd=root, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, encoding="utf-8", errors="replace",
                              check=False, timeout=SECONDS_MAX)  # fmt: skip
    except FileNotFoundError as error:
        raise CannotRun(f"{PROGRAM} is not on this machine; next step: scripts/setup") from error
    except subprocess.TimeoutExpired as error:
        raise CannotRun(f"{PROGRAM} took more than {SECONDS_MAX} s: {arguments[-1]}") from error


def first_line(done):
    return (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[0]


def verify_configuration(tree, root):
    """clang-tidy passes everything, with status 0, when it cannot read its configuration."""
    configurations = [path for path in tree.by_path if path.split("/")[-1] == ".clang-tidy"]
    if ".clang-tidy" not in configurations:
        raise CannotRun("there is no .clang-tidy; next step: git checkout .clang-tidy")
    for path in configurations:
        done = start(root, "--verify-config", f"--config-file={path}")
        if done.returncode != 0 or done.stderr.strip():
            raise CannotRun(f"{path} is not valid: {first_line(done)}")


def check_file(root, database, path):
    done = start(root, "--quiet", "-p", str(database), "--extra-arg=-Wno-unknown-warning-option",
                 str(Path(root) / path))  # fmt: skip
    findings, count = diagnostics(root, done.stdout)
    if done.returncode not in (0, 1) or (done.returncode == 1 and count == 0):
        raise CannotRun(f"{PROGRAM} failed on {path}: {first_line(done)}")
    return findings


def check_files(root, database, paths, jobs):
    findings = []
    progress = sys.stderr.isatty()
    with concurrent.futures.ThreadPoolExecutor(max_workers=jobs) as pool:
        running = {pool.submit(check_file, root, database, path): path for path in paths}
        try:
            for number, done in enumerate(concurrent.futures.as_completed(running), 1):
                findings += done.result()
                if progress:
                    print(f"\r\033[K[{number}/{len(paths)}] {running[done]}", end="",
                          file=sys.stderr, flush=True)
        finally:
            for future in running:
                future.cancel()
            if progress:
                print("\r\033[K", end="", file=sys.stderr)
    return findings


def run(tree, selected, options):
    root = os.path.realpath(options.root)
    verify_configuration(tree, root)
    entries = read_database(options)
    compiled = compiled_files(root, entries)
    chosen, words = choose(tree, selected, options, compiled)
    require_commands(tree, chosen, compiled, options)
    with tempfile.TemporaryDirectory(prefix="redzone-tidy-") as database:
        Path(database, "compile_commands.json").write_text(json.dumps(entries))
        findings = check_files(root, database, sorted(chosen), options.jobs)
    checked = f"{report.plural(len(chosen), 'file')}, {words}, {PROGRAM}"
    return report.print_findings(findings, NEXT_STEPS, checked, options.json)
