"""A workflow as the rules and the runner look at it: parsed, and as text for what parsing drops."""

from dataclasses import dataclass

import yaml

# A workflow of hundreds of kilobytes is none of ours.
TEXT_CHARS_MAX = 256 * 1024


class NoWorkflow(Exception):
    """The file is no workflow; the message names it."""


@dataclass(frozen=True)
class Workflow:
    name: str
    text: str
    document: dict

    @property
    def triggers(self):
        """event -> its settings; a list or a single word has none."""
        events = self.document["on"]
        if isinstance(events, str):
            return {events: None}
        return dict.fromkeys(events) if isinstance(events, list) else events

    @property
    def jobs(self):
        return self.document["jobs"]

    def steps(self):
        """(job name, job, step) of every step."""
        for name, job in self.jobs.items():
            for step in job.get("steps", []):
                yield name, job, step


def needs_of(job):
    needs = job.get("needs", [])
    return [needs] if isinstance(needs, str) else needs


def read_workflow(name, text):
    if len(text) > TEXT_CHARS_MAX:
        raise NoWorkflow(f"{name} has more than {TEXT_CHARS_MAX} characters")
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise NoWorkflow(f"{name} is no YAML: {error}") from error
    if not isinstance(document, dict):
        raise NoWorkflow(f"{name} holds no mapping")
    if True in document:  # YAML 1.1 reads the word `on` as true
        document["on"] = document.pop(True)
    if not isinstance(document.get("jobs"), dict) or "on" not in document:
        raise NoWorkflow(f"{name} has no jobs or no triggers")
    for job_name, job in document["jobs"].items():
        steps = job.get("steps", []) if isinstance(job, dict) else None
        if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
            raise NoWorkflow(f"{name}: the job {job_name} or one of its steps is no mapping")
    return Workflow(name, text, document)
