"""What changed: the files that --clang-tidy looks at, by the history of git."""

import subprocess
from dataclasses import dataclass

from redzone_tidy.source_tree import CannotRun, WrongCommandLine

MAIN = "origin/main"
RECENT_COMMITS = 20  # where there is no branch to compare with


@dataclass(frozen=True)
class Changes:
    paths: frozenset
    since: str  # for people


def git(root, *arguments):
    """Standard output, or None when git says no."""
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=False)  # fmt: skip
    except FileNotFoundError as error:
        raise CannotRun("git is not on this machine; next step: scripts/setup") from error
    return done.stdout.decode(errors="surrogateescape") if done.returncode == 0 else None


def recent(root):
    """What to compare with when there is no branch point; a short history as a whole."""
    listed = git(root, "rev-list", "--first-parent", f"--max-count={RECENT_COMMITS + 1}", "HEAD")
    commits = (listed or "").split()
    if len(commits) <= RECENT_COMMITS:
        empty = git(root, "hash-object", "-t", "tree", "/dev/null")
        return (empty or "").strip(), "the first commit"
    return commits[-1], f"the last {RECENT_COMMITS} commits"


def base_of(root, asked):
    """(revision, its description). A clone whose HEAD is origin/main itself has nothing that main
    lacks, and a gate that looks at nothing is none: it gets the recent commits."""
    if asked:
        commit = git(root, "rev-parse", "--verify", "--quiet", f"{asked}^{{commit}}")
        if commit is None:
            raise WrongCommandLine(f"--base {asked}: no such revision")
        return commit.strip(), asked
    head = (git(root, "rev-parse", "--verify", "--quiet", "HEAD") or "").strip()
    if not head:
        raise CannotRun("there is no commit yet; next step: git commit, or --all")
    branch_point = (git(root, "merge-base", "HEAD", MAIN) or "").strip()
    if branch_point and branch_point != head:
        return branch_point, f"the branch left {MAIN}"
    return recent(root)


def since(root, asked):
    revision, description = base_of(root, asked)
    changed = git(root, "diff", "--name-only", "-z", "--no-renames", "--diff-filter=d",
                  "--relative", revision)  # fmt: skip
    new = git(root, "ls-files", "-z", "--others", "--exclude-standard")
    if changed is None or new is None:
        raise CannotRun(f"git cannot compare with {revision}; next step: git fetch --unshallow, or "
                        "--all")  # fmt: skip
    paths = frozenset(path for path in (changed + new).split("\0") if path)
    return Changes(paths, description)
