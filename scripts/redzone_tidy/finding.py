"""What a rule is, and what it says when the code breaks it."""

from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True, order=True)
class Finding:
    path: str  # relative to the root, with forward slashes
    line: int  # 1-based; 1 where the file as a whole is meant
    rule: str
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


@dataclass(frozen=True)
class Rule:
    name: str  # family.rule
    summary: str  # one sentence: what holds
    next_step: str  # what to do where it does not
    check: Callable  # (SourceTree) -> Iterator[(path, line, message)]

    def findings(self, tree) -> list:
        """Looked for once a tree: exemptions.stale asks every rule again."""
        if self.name not in tree.found:
            tree.found[self.name] = [Finding(path, line, self.name, message)
                                     for path, line, message in self.check(tree)]
        return tree.found[self.name]


RULES = {}  # name -> Rule, in the order of definition


def rule(name, next_step):
    """Registers a function as a rule; the first line of its docstring is the rule's summary."""

    def register(check):
        if name in RULES:
            raise ValueError(f"the rule {name} is defined twice")
        summary = check.__doc__.strip().splitlines()[0]
        RULES[name] = Rule(name, summary, next_step, check)
        return check

    return register
