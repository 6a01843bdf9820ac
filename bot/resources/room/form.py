"""The forms that ask before people are thrown out of a room, or it is closed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.dialogue.form import Form, FormPart, Option, PicksField, TextField
from bot.dialogue.outcome import Bold, Mono, line, said
from bot.i18n import _, n_
from bot.ids import AGENT_PREFIX, FormId
from bot.journal.model import Intent
from bot.resources.base import shortened
from bot.resources.relay.plan import NUMBER, TEXT
from bot.resources.room.actions import DISMISS, REMOVE
from bot.resources.room.presence import HeardRoom, Participant, participants
from bot.resources.room.words import terminal
from bot.settings import App
from bot.tencent.models.trtc.removal import MOST_REMOVED

PEOPLE, OTHERS, COUNT = "people", "others", "count"
MOST_OFFERED = 100  # that a menu takes
LONGEST_TYPED = 700  # characters: ten user IDs
_BETWEEN = re.compile(r"[\s,，、]+")  # noqa: RUF001 - what Chinese keyboards type


@dataclass(frozen=True)
class Target:
    """The room that something is done to; *relays* are those of it that run, or may.

    *is_heard*: its callbacks tell who is in it. *about* is the relay that is to end by
    it, if that is why it is done.
    """

    app: App
    heard: HeardRoom
    relays: Sequence[Intent]
    is_heard: bool = True
    about: Intent | None = None

    @property
    def sdk_app_id(self) -> int:
        """The application."""
        return self.heard.sdk_app_id

    @property
    def room(self) -> str:
        """The room's ID."""
        return self.heard.room

    @property
    def kind(self) -> str:
        """Whether the room's ID is a number, or text."""
        return NUMBER if self.heard.numeric else TEXT

    @cached_property
    def people(self) -> list[Participant]:
        """Who is in the room, and no relay's robot."""
        robots = [one.subject.agent for one in self.relays]
        here, _gone = participants(self.heard.presence, robots)
        return [one for one in here if not one.user.startswith(AGENT_PREFIX)]

    @property
    def count(self) -> int:
        """How many are in the room as far as was heard, the audience with them."""
        robots = [one.subject.agent for one in self.relays]
        return len(self.people) + self.heard.presence.audience(robots)


def user_ids(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the user IDs in *texts*, each once: no ID has a blank or a comma in it."""
    words = (word for text in texts for word in _BETWEEN.split(text))
    return tuple(dict.fromkeys(filter(None, words)))


def remove_form(target: Target, users: Sequence[str], form_id: FormId) -> Form:
    """Return the form that asks who of *target* is thrown out; *users* are named."""
    return Form(
        command="relay",
        subcommand=REMOVE,
        title=_("Remove people"),
        submit=_("Remove them"),
        fields=tuple(_remove_fields(target, users)),
        form_id=form_id,
    )


def dismiss_form(target: Target, form_id: FormId) -> Form:
    """Return the form that asks whether the room *target* is to be closed."""
    return Form(
        command="relay",
        subcommand=DISMISS,
        title=_("Dismiss the room"),
        submit=_("Dismiss it"),
        fields=tuple(_dismiss_fields(target)),
        form_id=form_id,
    )


def _remove_fields(target: Target, users: Sequence[str]) -> Iterator[FormPart]:
    yield from _about(target)
    if target.about is None:
        yield from _whom(target, users)
    else:
        text = _("{handle}'s robot is removed: {robot}")
        relay = target.about
        robot = Mono(relay.subject.agent)
        yield line(*said(text, handle=relay.handle, robot=robot))
        ends = _("Whether {handle} ends by it, only a callback tells.")
        yield line(ends.format(handle=relay.handle), quiet=True)
    if target.app.production:
        yield _count(_("How many are you removing?"))
    yield line(_("They may come back: their application decides."), quiet=True)


def _whom(target: Target, users: Sequence[str]) -> Iterator[FormPart]:
    """Yield the fields that say whom; *users* are named already."""
    offered = target.people[:MOST_OFFERED]
    listed = [one.user for one in offered]
    if offered:
        yield PicksField(
            name=PEOPLE,
            label=_("People in the room"),
            hint=_("As the room's callbacks tell; up to {n}.").format(n=MOST_REMOVED),
            options=tuple(_option(one) for one in offered),
            initial=tuple(user for user in users if user in listed),
            optional=True,
        )
    yield TextField(
        name=OTHERS,
        label=_("Other user IDs") if offered else _("User IDs"),
        hint=_("Between spaces or commas; up to {n} in all.").format(n=MOST_REMOVED),
        initial=" ".join(user for user in users if user not in listed),
        optional=bool(offered),
        longest=LONGEST_TYPED,
    )


def _dismiss_fields(target: Target) -> Iterator[FormPart]:
    yield from _about(target)
    if target.app.production:
        yield _count(_("How many people are you throwing out?"))
    yield line(_("Everybody is thrown out, and may come back."), quiet=True)


def _count(label: str) -> TextField:
    hint = _("This app is in production: type the number.")
    return TextField(name=COUNT, label=label, hint=hint, longest=6)


def _about(target: Target) -> Iterator[FormPart]:
    """Yield which room it is, who is in it, and which relays mix it."""
    text = (
        _("Room {room} (number) · {app}")
        if target.heard.numeric
        else _("Room “{room}” (text) · {app}")
    )
    yield line(Bold(text.format(room=target.room, app=target.app.name)))
    people = n_(
        "{n} person in it, as far as was heard.",
        "{n} people in it, as far as was heard.",
        target.count,
    )
    yield line(
        people.format(n=target.count)
        if target.is_heard
        else _("Nothing was heard of it: who is in it is not known.")
    )
    if target.relays:
        count = len(target.relays)
        hit = n_("{n} relay mixes it: {names}", "{n} relays mix it: {names}", count)
        names = ", ".join(one.handle for one in target.relays)
        yield line(hit.format(n=count, names=names))


def _option(one: Participant) -> Option:
    sends = ", ".join(one.on)
    hint = " · ".join(filter(None, (terminal(one), sends)))
    return Option(shortened(one.user), one.user, hint)
