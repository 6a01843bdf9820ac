"""What is told when a CDN gets little of a relay: a picture that may be still or black.

A line in the thread of its card, and one more when it is as usual again. It is an alarm
only where the settings ask for that; the line then leads there.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot.dialogue.outcome import Audience, Bold, Button, Outcome, Tone, When, said
from bot.i18n import _
from bot.journal.alert_rows import THREAD
from bot.journal.evidence import moment_of
from bot.journal.model import NEWS, Intent, Notice
from bot.journal.outages import AlertCause
from bot.resources.relay.card import stop_button
from bot.resources.relay.quality import rate
from bot.resources.relay.samples import BACK, STILL, Change, short
from bot.resources.relay.targets import target_name
from bot.resources.relay.wanted import room

LINES = {STILL, BACK}
ALARM = "still-picture"


def numbered(relay: Intent, each: Iterable[Change]) -> Iterator[tuple[int, Change]]:
    """Yield *each* that is about a target that *relay* has, by its number from 1 on."""
    numbers = {short(digest): n for n, digest in enumerate(relay.targets, 1)}
    for one in each:
        if one.digest in numbers:
            yield numbers[one.digest], one


def notices(each: Iterable[tuple[int, Change]]) -> Iterator[Notice]:
    """Yield what is told in its thread of *each* target of a relay that changed."""
    for number, one in each:
        yield Notice(
            name=NEWS,
            audience=Audience.THREAD,
            line=_line(number, one),
            facts=_facts(number, one),
        )


def alarms(each: Iterable[tuple[int, Change]]) -> Iterator[Notice]:
    """Yield what rings of *each* target of a relay that changed: of those that fell."""
    for number, one in each:
        if one.what == STILL:
            yield Notice(
                name=ALARM,
                audience=Audience.OPS,
                facts={**_facts(number, one), THREAD: _line(number, one)},
                cause=AlertCause.STILL,
            )


def _line(number: int, one: Change) -> str:
    return f"{one.what}:{number}:{one.at}"


def _facts(number: int, one: Change) -> dict[str, Any]:
    facts = {"target": number, "at": one.at, "bits": one.bits, "usual": one.usual}
    return {"what": one.what, **facts}


def told(intent: Intent, facts: Mapping[str, Any], *, runs: bool) -> Outcome:
    """Return the line about *intent* that says *facts*; *runs*: it still may."""
    fell = facts["what"] == STILL
    text = (
        _("{target}: the picture may be still or black")
        if fell
        else _("{target}: the CDN gets the usual bit rate again")
    )
    sentence = (
        _("The CDN gets {rate} of it, {usual} before. How it looks is not known here.")
        if fell
        else _("It gets {rate}; {usual} were usual before.")
    )
    name = text.format(target=target_name(intent, facts["target"]))
    rates = {"rate": rate(facts["bits"]), "usual": rate(facts["usual"])}
    return Outcome(
        headline=(
            Bold(f"{intent.handle} · {name}"),
            " · ",
            When(moment_of(facts["at"])),
        ),
        tone=Tone.WARN if fell else Tone.PLAIN,
        sentence=said(sentence, **rates),
        buttons=tuple(_buttons(intent)) if fell and runs else (),
        handle=intent.handle,
        audience=Audience.THREAD,
    )


def alarm(intent: Intent, facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that says the same of *intent*, with what ends it."""
    outcome = told(intent, facts, runs=False)
    quality = Button(_("Push quality"), "relay", f"quality {intent.id}")
    buttons = tuple(filter(None, (stop_button(intent), quality)))
    return replace(outcome, buttons=buttons, audience=Audience.OPS)


def _buttons(intent: Intent) -> Iterator[Button]:
    """Yield what shows why that may be, and the figures of the last hour."""
    yield from room(intent)
    yield Button(_("Push quality"), "relay", f"quality {intent.id}")
