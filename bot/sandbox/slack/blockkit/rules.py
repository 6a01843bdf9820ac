"""The grammar in which the limits of Block Kit are written down.

A rule looks at one value and yields what is wrong with it, in Slack's own words
and with its JSON pointer, as `response_metadata.messages` brings them.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Rule = Callable[[Any, str], Iterator[str]]


def wrong(what: str, at: str) -> str:
    """Return a complaint as Slack words it."""
    return f"[ERROR] {what} [json-pointer:{at}]"


def text(most: int, least: int = 1) -> Rule:
    """A string of *least* to *most* characters."""

    def rule(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield wrong("must provide a string", at)
        elif len(value) < least:
            yield wrong(f"must be more than {least - 1} characters", at)
        elif len(value) > most:
            yield wrong(f"must be less than {most + 1} characters", at)

    return rule


def matching(pattern: str) -> Rule:
    """A string of one form."""

    def rule(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            yield wrong("does not match the required format", at)

    return rule


def kind(*types: type) -> Rule:
    """A value of one of *types*; a boolean is no number."""

    def rule(value: Any, at: str) -> Iterator[str]:
        stray = isinstance(value, bool) and bool not in types
        if stray or not isinstance(value, types):
            yield wrong(f"must provide a {types[0].__name__}", at)

    return rule


def whole(least: int, most: int) -> Rule:
    """A whole number from *least* to *most*."""

    def rule(value: Any, at: str) -> Iterator[str]:
        complaints = tuple(kind(int)(value, at))
        yield from complaints
        if not complaints and not least <= value <= most:
            yield wrong(f"must be between {least} and {most}", at)

    return rule


def one_of(*values: str) -> Rule:
    """One of a few words."""

    def rule(value: Any, at: str) -> Iterator[str]:
        if value not in values:
            yield wrong(f"must be one of: {', '.join(values)}", at)

    return rule


def listed(rule: Rule, most: int, least: int = 1) -> Rule:
    """A list of *least* to *most* things that *rule* allows."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield wrong("must provide an array", at)
            return
        if len(value) < least:
            yield wrong(f"no fewer than {least} items allowed", at)
        if len(value) > most:
            yield wrong(f"no more than {most} items allowed", at)
        for number, each in enumerate(value):
            yield from rule(each, f"{at}/{number}")

    return check


def shape(
    needs: Mapping[str, Rule], may: Mapping[str, Rule] | None = None, *also: Rule
) -> Rule:
    """An object with the keys of *needs*, perhaps those of *may*, and no others.

    What is *also* checked may rely on that.
    """
    rules = {"type": kind(str), **needs, **(may or {})}

    keys = _keys(tuple(needs), rules)

    def rule(value: Any, at: str) -> Iterator[str]:
        complaints = list(keys(value, at))
        yield from complaints
        for check in () if complaints else also:
            yield from check(value, at)

    return rule


def by_type(shapes: Mapping[str, Rule]) -> Rule:
    """An object whose `type` says which of *shapes* it has."""

    def rule(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield wrong("must provide an object", at)
        elif str(value.get("type")) not in shapes:
            yield wrong(f"unsupported type: {value.get('type')}", f"{at}/type")
        else:
            yield from shapes[str(value["type"])](value, at)

    return rule


def only(*keys: str) -> Rule:
    """A check that an object has exactly one of *keys*."""

    def rule(value: Any, at: str) -> Iterator[str]:
        if sum(key in value for key in keys) != 1:
            yield wrong(f"must have exactly one of: {', '.join(keys)}", at)

    return rule


def some(*keys: str) -> Rule:
    """A check that an object has at least one of *keys*."""

    def rule(value: Any, at: str) -> Iterator[str]:
        if not any(key in value for key in keys):
            yield wrong(f"must have at least one of: {', '.join(keys)}", at)

    return rule


def anything(value: Any, at: str) -> Iterator[str]:
    """Allow whatever it is."""
    return iter(())


def _keys(needs: tuple[str, ...], rules: Mapping[str, Rule]) -> Rule:
    def rule(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield wrong("must provide an object", at)
            return
        for key in needs:
            if key not in value:
                yield wrong(f"missing required field: {key}", at)
        for key, inner in value.items():
            if key not in rules:
                yield wrong(f"invalid additional property: {key}", at)
            else:
                yield from rules[key](inner, f"{at}/{key}")

    return rule
