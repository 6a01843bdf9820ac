"""Who may ask what, and what they are told: settled once, before anything is chosen.

A permit that is asked for lets its asker in, or is refused. Whoever is let in gets a
sight of the record with it: of the things of their own workspace that they may read,
at the place where they ask.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from bot.access.permits import Permit
from bot.access.policy import READS_FOR_ALL, Gate, Verdict, Wish
from bot.dialogue.ask import Person, Place
from bot.errors import NotAllowed
from bot.journal.audit import Entry
from bot.journal.model import Asker, Intent
from bot.resources.kinds import Registry
from bot.settings import App
from bot.tencent.models.base import Level

MOST_LOOKED_THROUGH = 4096  # things, the newest, for those that somebody may see
FURTHER = 8  # times as many are looked through if too few of them may be seen

Row = TypeVar("Row", Intent, Entry)


@dataclass(frozen=True, slots=True)
class Rights:
    """Asks *gate* for permits, on the *apps* that they may be about."""

    gate: Gate
    apps: tuple[App, ...]
    resources: Registry

    def verdict(self, who: Person, where: Place, permit: Permit) -> Verdict:
        """Return what policy says to *permit*: on one of the apps is enough."""
        refused = self._judged(who, where, permit.on(None))
        if refused.allowed:
            return refused
        verdicts = (self._judged(who, where, wish) for wish in self._wishes(permit))
        return next((one for one in verdicts if one.allowed), refused)

    async def sight(self, who: Person, where: Place, permit: Permit) -> "Sight | None":
        """Return what *who* is told at *where*, if they have *permit*.

        What is for all tells nothing of the record. A stop does not wait for what
        Slack knows of a person; its refusal does, and is in their language.

        Raises:
            NotAllowed: policy refuses it; with the rule, and who may instead.
        """
        if not permit.ends:
            await self.gate.ensure_known(who)
        if permit.for_all:
            return None
        verdict = self.verdict(who, where, permit)
        if permit.ends and not verdict.allowed:
            await self.gate.ensure_known(who)
            verdict = self.verdict(who, where, permit)
        check(verdict, permit.action)
        return Sight(self, who, where, permit)

    async def check_at_home(
        self, who: Person, action: str, *, ends: bool = False
    ) -> None:
        """Refuse strangers and guests, whatever *action* they ask for.

        What *ends* something waits for no look-up: by whoever is not known yet it is
        judged when it is placed.

        Raises:
            NotAllowed: *who* is one.
        """
        if ends and self.gate.directory.profile(who) is None:
            return
        await self.gate.ensure_known(who)
        if refused := self.gate.stranger(who):
            check(refused, action)

    def all_of(
        self, who: Person, where: Place, permits: Iterable[Permit]
    ) -> Iterable[tuple[Wish, Verdict]]:
        """Yield what policy says to each of *permits*, on each app that it is about."""
        for permit in dict.fromkeys(permits):
            for wish in self._wishes(permit) or (permit.on(None),):
                yield wish, self._judged(who, where, wish)

    def may(self, who: Person, where: Place, wish: Wish) -> bool:
        """Tell whether *wish* is allowed."""
        return self._judged(who, where, wish).allowed

    def check_known(self, who: Person, where: Place, wish: Wish) -> None:
        """Refuse *wish* if it is only not known yet whether it is allowed.

        Raises:
            NotAllowed: what Slack has not said of *who* decides on it.
        """
        if self.gate.verdict(who, where, wish).allowed:
            check(self._judged(who, where, wish), wish.action)

    def _judged(self, who: Person, where: Place, wish: Wish) -> Verdict:
        """Return what policy says to *wish*.

        Nothing behind a read asks again, so it has to be known that *who* is no guest.
        While Slack has told nothing since the start, those whom a rule names may read.
        """
        reads = wish.level is Level.READ
        verdict = self.gate.verdict(who, where, wish, finally_=reads)
        if reads and not (verdict.allowed or self.gate.directory.known):
            named = self.gate.verdict(who, where, wish)
            return verdict if named.rule == READS_FOR_ALL else named
        return verdict

    def _wishes(self, permit: Permit) -> tuple[Wish, ...]:
        """Return what policy is asked: of each app that *permit* is about."""
        return tuple(map(permit.on, self.apps)) if permit.on_apps else ()


@dataclass(slots=True)
class Sight:
    """What of the record *who* is told at *where*, once *permit* has let them in.

    *used*: something was looked for by it. What policy says of things of one kind and
    app it is asked once: a sight is that of one answer.
    """

    rights: Rights
    who: Person
    where: Place
    permit: Permit
    used: bool = False
    _read: dict[tuple[str, str], bool] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def sees(self, thing: Intent) -> bool:
        """Tell whether *thing* may be told of."""
        self.used = True
        asked = thing.asker
        return asked.team == self.who.team and self._here(asked) and self._may(thing)

    def may_name(self, thing: Intent) -> bool:
        """Tell whether *thing*, asked for by its handle or whole ID, is told of.

        No stop is refused for the place where it is asked for.

        Raises:
            NotAllowed: it is not known of whoever asks what decides on that.
        """
        mine = thing.asker.team == self.who.team
        if (mine and self.permit.ends) or self.sees(thing):
            return True
        if mine and self._here(thing.asker):
            self.rights.check_known(self.who, self.where, self._reading(thing))
        return False

    async def first(
        self,
        find: Callable[[int], Awaitable[list[Row]]],
        sees: Callable[[Row], bool],
        limit: int,
    ) -> list[Row]:
        """Return the first *limit* of what *find* returns and this *sees*."""
        self.used, most = True, limit
        while True:
            things = await find(most)
            seen = [one for one in things if sees(one)]
            if len(seen) >= limit or not len(things) == most < MOST_LOOKED_THROUGH:
                return seen[:limit]
            most *= FURTHER

    def apps(self) -> list[App]:
        """Return the apps of which the permit tells."""
        self.used = True
        return [
            app
            for app in self.rights.apps
            if self.rights.may(self.who, self.where, self.permit.on(app))
        ]

    def sees_record(self, record: Entry) -> bool:
        """Tell whether *record* may be told: where it matters, what was asked here."""
        self.used = True
        return not self.is_of_the_place or record.channel == self.where.channel

    @property
    def partial(self) -> bool:
        """Whether something is kept from them that others of the workspace are told."""
        if self.permit.level is not Level.READ or self.is_of_the_place:
            return self.is_of_the_place
        resources = self.rights.resources.resources
        own = [one.read for one in resources if one.read.action == self.permit.action]
        reads = own or [one.read for one in resources]
        verdicts = self.rights.all_of(self.who, self.where, reads)
        return not all(verdict.allowed for _wish, verdict in verdicts)

    @property
    def is_of_the_place(self) -> bool:
        """Whether only what was asked for here is told here."""
        return self.rights.gate.policy.visibility == "channel"

    def _here(self, asked: Asker) -> bool:
        """Tell whether it was asked for here, where that matters.

        What was asked for in private is told there, to whoever asked.
        """
        if not self.is_of_the_place:
            return True
        if asked.channel and not asked.direct:
            return asked.channel == self.where.channel
        private = self.where.direct or not self.where.channel
        return private and asked.user == self.who.user

    def _may(self, thing: Intent) -> bool:
        """Tell whether they may read it, or have a right to change such a thing.

        A change is asked for again, on the app of the thing, before it is made.
        """
        kind, app = thing.subject.kind, thing.subject.app
        if (kind, app) not in self._read:
            self._read[kind, app] = self._may_read(thing)
        return self._read[kind, app]

    def _may_read(self, thing: Intent) -> bool:
        resource = self.rights.resources.of(thing)
        command = self.permit.action.partition(".")[0]
        if self.permit.level is not Level.READ and command == resource.command:
            return True
        return self.rights.may(self.who, self.where, self._reading(thing))

    def _reading(self, thing: Intent) -> Wish:
        """Return the wish to read *thing*, on its app."""
        resource = self.rights.resources.of(thing)
        apps = self.rights.apps if resource.on_apps else ()
        app = next((one for one in apps if one.name == thing.subject.app), None)
        return resource.read.on(app)


def check(verdict: Verdict, action: str) -> None:
    """Refuse *action*, unless *verdict* allows it.

    Raises:
        NotAllowed: with the rule, and who may instead.
    """
    if not verdict.allowed:
        raise NotAllowed(
            verdict.reason, rule=verdict.rule, may=verdict.may, action=action
        )
