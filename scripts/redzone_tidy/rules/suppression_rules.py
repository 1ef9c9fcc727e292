"""Suppressions: each entry parses, has its evidence, is narrow, current, alone, and proved by a
pair. suppressions/README.md has the policy behind each rule."""

import datetime
import re

from redzone_scripts import suppression_match
from redzone_scripts.suppression_file import DETECTOR_OF_FILE, FIELDS, parse
from redzone_scripts.suppression_review import DAYS_MAX, date_of, state_of
from redzone_tidy import cmake_text, suppression_probes
from redzone_tidy.finding import rule

FOLDER = "suppressions/"
PAIRS = "tests/suppressions/CMakeLists.txt"
URL = re.compile(r"https?://[^\s/]+/\S+")
NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
REASON_WORDS_MIN = 3
OPTIONAL = ("reviewed", "owner", "pair")  # the rule on pairs asks for the last
# Whoever writes an entry may be a time zone ahead of whoever checks it.
FUTURE_DAYS_MAX = 1


def files(tree):
    """(path, SuppressionFile) of each file that a detector reads."""
    for path, file in tree.by_path.items():
        detector = DETECTOR_OF_FILE.get(path[len(FOLDER) :])
        if path.startswith(FOLDER) and detector:
            yield path, parse(detector, file.text)


def entries(tree):
    for path, file in files(tree):
        for entry in file.entries:
            yield path, entry


@rule("suppressions.grammar", "write it as the last tables of suppressions/README.md say")
def grammar(tree):
    """Each line of a suppression file is accepted by its detector, and can match."""
    for path in tree.by_path:
        if path.startswith(FOLDER) and path.endswith(".supp"):
            if path[len(FOLDER) :] not in DETECTOR_OF_FILE:
                yield path, 1, f"no detector reads it: one of {', '.join(DETECTOR_OF_FILE)}"
    for path, file in files(tree):
        for line, message in file.problems:
            yield path, line, message


@rule("suppressions.fields",
      "write the fields directly above the entry, as suppressions/README.md shows")
def fields(tree):
    """Each entry has its fields, in their order, with dates that fit each other."""
    for path, file in files(tree):
        for line, message in file.misplaced:
            yield path, line, message
        for entry in file.entries:
            for line, message in (*field_faults(entry), *date_faults(entry, tree.today)):
                yield path, line, message


def field_faults(entry):
    names = [each.name for each in entry.fields]
    for name in FIELDS:
        if name not in names and name not in OPTIONAL:
            yield entry.line, f"an entry without '{name}'"
        if names.count(name) > 1:
            yield entry.line, f"'{name}' stands there {names.count(name)} times"
    for each in entry.fields:
        if each.name not in FIELDS:
            yield each.line, f"'{each.name}' is written '{each.name.lower()}'"
        elif not each.value:
            yield each.line, f"'{each.name}' says nothing"
        elif each.name == "reason" and len(each.value.split()) < REASON_WORDS_MIN:
            yield each.line, f"'{each.value}' is no reason: say why, with the evidence"
        elif each.name == "issue" and not URL.fullmatch(each.value):
            yield each.line, f"'{each.value}' is no address of an issue (https://...)"
    order = [FIELDS.index(name) for name in names if name in FIELDS]
    if order != sorted(order):
        yield entry.first_line, f"the order of the fields is {', '.join(FIELDS)}"


def date_faults(entry, today):
    dates = {}
    for name in ("added", "reviewed", "review"):
        text = entry.value(name)
        dates[name] = date_of(text)
        if text and dates[name] is None:
            yield entry.line_of(name), f"'{text}' is no date of the form YYYY-MM-DD"
    added, reviewed, review = dates.values()
    for name in ("added", "reviewed"):
        if dates[name] and dates[name] > today + datetime.timedelta(FUTURE_DAYS_MAX):
            yield entry.line_of(name), f"{name} on {dates[name]}, which is in the future"
    if added and reviewed and reviewed < added:
        yield entry.line_of("reviewed"), f"reviewed on {reviewed}, before it was added"
    begins = max((date for date in (added, reviewed) if date), default=None)
    if begins and review:
        days = (review - begins).days
        if days > DAYS_MAX or days <= 0:
            yield entry.line_of("review"), (
                f"review on {review} is {days} days after {begins}, the later of added and "
                f"reviewed: 1 to {DAYS_MAX} are allowed")


@rule("suppressions.review", "delete the entry, or review it: docs/design/MEMORY_SAFETY_RUNBOOK.md")
def review(tree):
    """No review date has passed."""
    for path, entry in entries(tree):
        state = state_of(entry, tree.today)
        if state.due:
            yield path, entry.line_of("review"), (
                f"'{entry.says}' counts as expired since {state.review}, {state.since}: delete it "
                "and run its preset, or review it and set 'reviewed' and 'review'")


@rule("suppressions.narrow", "name a function of the library; a report about our code is fixed")
def narrow(tree):
    """No entry matches code of ours, or the stacks of all code."""
    found = list(entries(tree))
    own = sorted(set(suppression_probes.ours(tree))) if found else []
    for path, entry in found:
        check = block_breadth if entry.detector == "memcheck" else template_breadth
        fault = check(entry, own)
        if fault:
            yield path, entry.line, fault


def first_match(matches, pattern, probes):
    return next((probe for probe in probes if matches(pattern, probe)), None)


def template_breadth(entry, own):
    matches = suppression_match.template_matches
    if not suppression_match.literals(entry.template):
        return f"'{entry.kind}:{entry.template}' hides every report of its type"
    if entry.kind == "interceptor_name":
        return (f"'{entry.says}' hides the reports of our own calls too: use interceptor_via_fun "
                "or interceptor_via_lib")
    mine = first_match(matches, entry.template, own)
    if mine:
        return f"'{entry.says}' matches '{mine}', which is ours"
    probe = first_match(matches, entry.template, suppression_probes.EVERYBODYS)
    return f"'{entry.says}' matches '{probe}', which is in the stacks of all code" if probe else ""


def block_breadth(entry, own):
    matches, is_narrow = suppression_match.glob_matches, False
    for frame in entry.frames:
        pattern = frame.partition(":")[2]
        if not suppression_match.literals(pattern):
            continue
        mine = first_match(matches, pattern, own)
        if mine:
            return f"the frame '{frame}' of '{entry.name}' matches '{mine}', which is ours"
        is_narrow = is_narrow or not first_match(matches, pattern, suppression_probes.EVERYBODYS)
    if is_narrow or not entry.frames:
        return ""
    return f"no frame of '{entry.name}' names code that is not in the stacks of all code"


@rule("suppressions.unique", "delete one of the two, or move the narrow entry above the broad one")
def unique(tree):
    """No two entries have the same name or pair, and none takes another's matches."""
    for path, file in files(tree):
        for position, later in enumerate(file.entries):
            if later.name and not NAME.fullmatch(later.name):
                yield path, later.line, (f"'{later.name}' is no name: say what is hidden, in "
                                         "lower case, with '-' between the words")
            for earlier in file.entries[:position]:
                fault = collision(earlier, later)
                if fault:
                    yield path, later.line, f"{fault} the entry at line {earlier.line}"
                    break


def collision(earlier, later):
    if later.name and earlier.name == later.name:
        return f"has the name '{later.name}' of"
    pair = later.value("pair")
    if pair and earlier.value("pair") == pair:
        return f"has the pair '{pair}' of"
    if not suppression_match.shadows(earlier, later):
        return ""
    same = suppression_match.shadows(later, earlier)
    return "matches what is matched by" if same else "never matches: everything it matches goes to"


@rule("suppressions.pair",
      f"write or delete both: '# pair: NAME' of the entry, redzone_suppression_pair() in {PAIRS}")
def pair(tree):
    """Each entry has its pair of tests, and each registered pair its entry."""
    registered = {}
    for line, words in cmake_text.calls(tree.text_of(PAIRS), "redzone_suppression_pair"):
        if len(words) >= 3 and not {"PLANTED", "IN"} & set(words):
            registered[words[0], words[1]] = line
    for path, entry in entries(tree):
        name = entry.value("pair")
        if not name:
            yield path, entry.line, f"'{entry.says}' names no pair of tests"
        elif not NAME.fullmatch(name):
            yield path, entry.line_of("pair"), f"'{name}' is no name of a pair: words-with-dashes"
        elif registered.pop((entry.detector, name), None) is None:
            yield path, entry.line_of("pair"), (
                f"no redzone_suppression_pair({entry.detector} {name} LIBRARY) proves "
                f"'{entry.says}'")
    for (detector, name), line in registered.items():
        yield PAIRS, line, f"the pair '{name}' of {detector} has no entry with '# pair: {name}'"
