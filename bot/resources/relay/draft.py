"""What an open form holds beside the fields that it shows.

The draft stays with the bot, sealed. It has what was typed before the form opened, what
fields held that a choice has taken away, and texts too long for a field: nothing
that was typed is lost or cut. What is set under *More* counts while *More* is closed;
what a choice has taken away does not, until it is back.
"""

from collections.abc import Container, Mapping

from bot.dialogue.ask import Submission
from bot.resources.long_texts import is_long, restored
from bot.resources.relay import cdn
from bot.resources.relay.pasted import compact
from bot.resources.relay.plan import (
    CUSTOM,
    ENCODING,
    KEYS,
    MORE,
    QUALITIES,
    Plan,
    defaults,
    moot,
)
from bot.resources.relay.references import MARK, references_in
from bot.settings import Limits

TARGETS = "targets"  # the field in which named ones are picked
DRAWN = "drawn"  # how often all fields began anew
FORM, PASTE = "form", "paste"  # the mode: fields, or a request as JSON
PUSH, ROOM, BOTH = "push", "room", "both"  # where to
OPEN, PREVIEW = "more", "preview"  # buttons: what they open, and close again
THEN = "then"  # what becomes of the relay that this one is a copy of
# what can be typed, and what only the form has
NAMES = (*KEYS, "cells", "mode", "to", THEN)
PROSE = ("json", "note")  # taken to the letter
AGAIN = "again"  # the relays that it is like, and that its person was told of
SAVE = "save"  # the button that makes a preset of the form
TYPED = "typed:"  # before the name of what was typed beside the JSON
# what the form shows under *More*; the paste form shows the first of it as well
SET_ASIDE = ("until", *MORE)
# what the paste form shows itself
SHARED = {"json", "app", "region", "for", "until", "note", "mode"}
NUMBERS = dict(zip(("width", "height", "fps", "bitrate"), range(4), strict=True))


def mode_of(plan: Plan) -> str:
    """Return whether *plan* is filled in or pasted."""
    return plan.get("mode") or (PASTE if plan.get("json") else FORM)


def goes_to(plan: Plan) -> str:
    """Return where a relay of *plan* goes: PUSH, ROOM or BOTH."""
    if not plan.get("feedback"):
        return plan.get("to") or PUSH
    pushes = plan.get("url") or plan.get(TARGETS)
    return plan.get("to") or (BOTH if pushes else ROOM)


def typed_beside(draft: Plan) -> dict[str, str]:
    """Return what was typed beside the JSON of *draft*."""
    return {k.removeprefix(TYPED): v for k, v in draft.items() if k.startswith(TYPED)}


def plan_from(submission: Submission) -> dict[str, str]:
    """Read the form as it stands into a plan; empty fields are left out."""
    choices = (name for name in submission.values if name.startswith(cdn.CHOICE))
    texts = {
        name: submission.prose(name) if name in PROSE else submission.text(name)
        for name in (*NAMES, *choices)
    }
    texts[TARGETS] = " ".join(submission.chosen(TARGETS))
    return {name: text for name, text in texts.items() if text}


def where_picked(
    faults: Mapping[str, str], submission: Submission | None
) -> dict[str, str]:
    """Return *faults*, that of an address at the names picked where none is typed."""
    is_picked = submission and submission.chosen(TARGETS) and not submission.text("url")
    names = {"url": TARGETS} if is_picked else {}
    return {names.get(name, name): sentence for name, sentence in faults.items()}


def picked(draft: Plan) -> list[str]:
    """Return the names of the targets that are picked in the form of *draft*."""
    return draft.get(TARGETS, "").split()


def picking(draft: Plan, names: Container[str]) -> dict[str, str]:
    """Return *draft* with what refers to one of *names* picked, and not typed."""
    referred = {
        f"{MARK}{one}": one for one in references_in({"url": draft.get("url", "")})
    }
    named = [one for one in referred.values() if one in names]
    if not named:
        return dict(draft)
    typed = [
        text
        for text in draft["url"].split()
        if referred.get(text.casefold()) not in named
    ]
    return {**draft, "url": "\n".join(typed), TARGETS: " ".join(named)}


def led(plan: Plan) -> dict[str, str]:
    """Return *plan*, of a draft, with the targets picked among those typed."""
    references = [f"{MARK}{one}" for one in picked(plan)]
    typed = plan.get("url", "")
    left = [one for one in references if one not in typed.casefold().split()]
    whole = {**plan, "url": "\n".join((*left, *filter(None, (typed,))))}
    return {k: v for k, v in whole.items() if v and k != TARGETS}


def opened(plan: Plan, limits: Limits) -> dict[str, str]:
    """Return the draft of a form that opens with what was typed, *plan*."""
    if plan.get("json"):
        beside = {TYPED + k: v for k, v in plan.items() if k not in SHARED}
        shown = {k: v for k, v in plan.items() if k in SHARED}
        return {**shown, **beside, "json": compact(plan["json"])}
    draft = dict(plan)
    if any(draft.get(key) for key in ENCODING) and draft.get("quality") != CUSTOM:
        size = QUALITIES.get(draft.get("quality") or defaults(limits)["quality"])
        for key, place in NUMBERS.items() if size else ():
            draft.setdefault(key, str(size[place] if size else ""))
        draft["quality"] = CUSTOM
    if draft.get("cdn") and draft.get("url") and not references_in(draft):
        for host, word in cdn.said(draft).items():
            draft[cdn.choice_of(host)] = word
        del draft["cdn"]
    if draft.get("feedback"):
        draft["to"] = goes_to(draft)
    if draft.keys() & {*SET_ASIDE}:
        draft[OPEN] = OPEN
    return draft


def redrawn(kept: Plan, submission: Submission) -> dict[str, str]:
    """Return the draft once a choice has changed: *kept*, and the form as it stands.

    A button of the form opens what it names, or closes it.
    """
    aside = {k: v for k, v in kept.items() if k not in submission.values or is_long(v)}
    draft = {**aside, **plan_from(submission)}
    button = submission.changed
    if button in {OPEN, PREVIEW} and not draft.pop(button, ""):
        draft[button] = button
    return draft


def anew(draft: Plan) -> dict[str, str]:
    """Return *draft* so that all its fields begin with what it has."""
    return {**draft, DRAWN: str(int(draft.get(DRAWN) or 0) + 1)}


def submitted(kept: Plan, submission: Submission) -> dict[str, str]:
    """Return the plan that is sent in: the form, and what it says is kept beside."""
    plan = restored(plan_from(submission), kept, submission.values)
    if mode_of(plan) == PASTE:
        plan = typed_beside(kept) | plan
    else:
        plan = _with_more(plan, kept, submission)
        if kept.get("cdn"):
            plan.setdefault("cdn", kept["cdn"])
    for name in ("mode", "to", THEN):
        plan.pop(name, None)
    return led(plan)


def set_aside(plan: Plan) -> tuple[str, ...]:
    """Return the keys under *More* that *plan* has, and that count in it."""
    without = moot(plan)
    return tuple(key for key in SET_ASIDE if plan.get(key) and key not in without)


def _with_more(plan: Plan, kept: Plan, submission: Submission) -> dict[str, str]:
    """Add to *plan* what is set under *More* and not shown, as far as it counts."""
    shown = submission.values
    more = {k: kept[k] for k in SET_ASIDE if kept.get(k) and k not in shown}
    whole = {**more, **plan}
    without = moot(whole)
    return {k: v for k, v in whole.items() if k in plan or k not in without}
