"""Where references to targets lead: who may use them is asked for each, each time.

A target that was named for some people or apps stays theirs, whichever way it is
referred to: by its name, or as that of a relay which leads there.
"""

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from bot.dialogue.ask import Ask, Person
from bot.errors import InvalidRequest, NotAllowed
from bot.i18n import _, n_
from bot.ids import Handle, handle_from
from bot.journal.journal import Journal
from bot.journal.model import Intent
from bot.journal.named_targets import NamedTarget
from bot.operations.rights import Rights
from bot.resources.push import PushAddress
from bot.spelling import nearest

FIELD = "url"  # at which every fault is
RULE = "target"
GROUP = "S"  # how the ID of a user group begins
_NAME = re.compile(r"[\w-]{0,32}(?:\.\d{1,3})?")


@dataclass(frozen=True, slots=True)
class Lookup:
    """Looks for places in *journal*; *thing* returns what an asker is told of."""

    journal: Journal
    rights: Rights
    thing: Callable[[Person, str], Awaitable[Intent | None]]

    async def places(
        self, ask: Ask, names: Iterable[str], app: str
    ) -> dict[str, PushAddress]:
        """Return where *names* lead, as `Service.places` does."""
        of_relays = {name: spot for name in names if (spot := _of_relay(name))}
        saved = [name for name in names if name not in of_relays]
        places = await self._saved(ask, saved, app) if saved else {}
        for name, (handle, number) in of_relays.items():
            places[name] = await self._of_relay(ask, handle, number, app)
        return {name: places[name] for name in names}

    async def _saved(
        self, ask: Ask, names: list[str], app: str
    ) -> dict[str, PushAddress]:
        """Return where the targets *names* of the asker's workspace lead."""
        team = ask.who.team
        opened = await self.journal.saved.targets.opened(team, names)
        for name in names:
            if name not in opened:
                raise InvalidRequest({FIELD: await self._missing(ask.who, name)})
            self.check_use(ask.who, opened[name].target, app)
        return {
            name: PushAddress(one.url, one.target.cdn) for name, one in opened.items()
        }

    async def _missing(self, who: Person, name: str) -> str:
        """Return that there is no target *name*, and which is like it.

        What cannot be a name may be an address, and is not repeated.
        """
        if not _NAME.fullmatch(name):
            return _(
                "After url=@ stands the name of a target, or one of a relay: R1.2."
            )
        there = [one.name for one in await self.journal.saved.targets.listed(who.team)]
        near = next(iter(nearest(name, there)), "")
        sentence = (
            _("There is no target @{name}; the nearest is @{near}.")
            if near
            else _("There is no target @{name}. See /relay target list.")
        )
        return sentence.format(name=name, near=near)

    async def _of_relay(
        self, ask: Ask, handle: Handle, number: int, app: str
    ) -> PushAddress:
        """Return where target *number* of the relay *handle* leads."""
        relay = await self.thing(ask.who, handle)
        if relay is None or not self._may_read(ask, relay):
            sentence = _("There is no relay {handle} here.")
            raise InvalidRequest({FIELD: sentence.format(handle=handle)})
        places = await self._places_of(relay)
        if number > len(places):
            sentence = n_(
                "{handle} has {n} target.", "{handle} has {n} targets.", len(places)
            )
            text = sentence.format(handle=handle, n=len(places))
            raise InvalidRequest({FIELD: text})
        digest, place = places[number - 1]
        await self.check_at(ask.who, (digest,), app)
        return place

    async def check_at(self, who: Person, digests: Iterable[str], app: str) -> None:
        """Refuse *who* what leads to the addresses of *digests*, as `check_use` does.

        Those that have no name are anybody's.
        """
        wanted = tuple(digests)
        named = await self.journal.saved.targets.at(who.team, wanted) if wanted else ()
        for target in named:
            self.check_use(who, target, app)

    async def _places_of(self, relay: Intent) -> list[tuple[str, PushAddress]]:
        """Return where *relay* leads, each with its digest; [] if it is unmanaged."""
        if not relay.masked:
            return []
        resources = self.rights.resources
        wire = await self.journal.find.present_of(relay.id)
        request, resource = (
            resources.request_of(relay).of_json(wire),
            resources.of(relay),
        )
        return [*zip(resource.targets(request), resource.places(request), strict=True)]

    def _may_read(self, ask: Ask, relay: Intent) -> bool:
        """Tell whether the asker may read *relay*: to start one is another right."""
        apps = self.rights.apps
        app = next((one for one in apps if one.name == relay.subject.app), None)
        wish = self.rights.resources.of(relay).read.on(app)
        return self.rights.may(ask.who, ask.where, wish)

    def check_use(self, who: Person, target: NamedTarget, app: str) -> None:
        """Refuse *who* the use of *target* on *app*, unless it is for them.

        Raises:
            InvalidRequest: it is for other apps.
            NotAllowed: it is for others.
        """
        if target.apps and app not in target.apps:
            sentence = _("@{name} is for {apps} only.")
            text = sentence.format(name=target.name, apps=", ".join(target.apps))
            raise InvalidRequest({FIELD: text})
        if not self.may_use(who, target):
            sentence = _("@{name} is for others; see /relay target list.")
            text = sentence.format(name=target.name)
            raise NotAllowed(text, rule=RULE, may=target.users, faults={FIELD: text})

    def may_use(self, who: Person, target: NamedTarget) -> bool:
        """Tell whether *target* is for *who*: of groups, as Slack said last."""
        if not target.users or who.user in target.users:
            return True
        groups = self.rights.gate.directory.groups
        named = [one for one in target.users if one.startswith(GROUP)]
        members = (groups((one,), team=who.team) or {} for one in named)
        return any(who.user in users for one in members for users in one.values())


def _of_relay(name: str) -> tuple[Handle, int] | None:
    """Read `r1.2` as a handle and a number, from 1."""
    text, _dot, number = name.partition(".")
    handle = handle_from(text)
    if handle and number.isascii() and number.isdigit() and int(number):
        return handle, int(number)
    return None
