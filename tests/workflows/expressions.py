"""GitHub's expressions, as far as the workflows of this repository use them."""

import json
import re

EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
PATH = re.compile(r"[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*")
CALL = re.compile(r"(toJSON|fromJSON)\((.*)\)")


class UnknownExpression(Exception):
    """One that is not evaluated here; the message quotes it."""


def evaluate(text, contexts):
    """The value of what stands between the braces."""
    text = text.strip()
    if text in ("always()", "success()", "true"):
        return True
    call = CALL.fullmatch(text)
    if call:
        inner = evaluate(call.group(2), contexts)
        return json.dumps(inner) if call.group(1) == "toJSON" else json.loads(inner)
    if not PATH.fullmatch(text):
        raise UnknownExpression(f"${{{{ {text} }}}}")
    first, *rest = text.split(".")
    if first not in contexts:
        raise UnknownExpression(f"${{{{ {text} }}}}: nothing is known of '{first}'")
    value = contexts[first]
    for key in rest:  # what a context lacks is empty, as it is on GitHub
        value = value.get(key) if isinstance(value, dict) else None
    return value


def substitute(text, contexts):
    """Text with its expressions replaced; the text of a number has no decimals, of null nothing."""
    def replace(match):
        value = evaluate(match.group(1), contexts)
        if isinstance(value, bool):
            return str(value).lower()
        return "" if value is None else str(value)

    return EXPRESSION.sub(replace, str(text))
