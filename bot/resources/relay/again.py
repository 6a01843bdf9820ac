"""The plan that asks for a relay on record again, and what was typed beside that."""

from collections.abc import Iterator

from bot.i18n import _
from bot.journal.model import Intent
from bot.resources.relay.plan import ENCODING, Plan, moot
from bot.resources.relay.replanned import Wire, given_again, replanned

# What somebody types in place of a key takes these away, which went with that.
WITH = {
    "room": ("type",),
    "url": ("cdn",),
    "layout": ("users", "large", "cells"),
    "quality": ENCODING,
}


def plan_again(relay: Intent, masked: Wire, typed: Plan) -> dict[str, str]:
    """Return the plan that asks for *relay* again, but for what is *typed*.

    *masked* is its request, with the changes that were made. Its targets are called
    by their numbers: `@R1.2`.
    """
    subject = relay.subject
    plan = replanned(masked, name=relay.handle, app=subject.app, region=subject.region)
    if relay.note:
        plan["note"] = relay.note
    for key in typed:
        for gone in WITH.get(key, ()):
            plan.pop(gone, None)
    whole = {**plan, **typed}
    without = moot(whole).keys() - typed.keys()
    return {key: text for key, text in whole.items() if key not in without}


def remarks(masked: Wire) -> Iterator[str]:
    """Yield what of the request *masked* has to be given again, if anything does."""
    if missing := given_again(masked):
        sentence = _("Secret, and so to be given again: {fields}.")
        yield sentence.format(fields=", ".join(missing))
