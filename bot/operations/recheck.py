"""What policy says to an intent just before it is sent, and by which facts.

A right may have gone while the intent waited, or between two look-ups. What is billed
is judged by facts younger than 30 seconds; whoever needs them waits for Slack, behind
the ack. A stop waits for nobody: it goes by what was known last.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from bot.access.policy import Gate, Verdict, Wish
from bot.config.rules import APPROVE
from bot.dialogue.ask import Person, Place
from bot.i18n import _, reading_in
from bot.journal.journal import Journal
from bot.journal.model import Intent
from bot.journal.proposals import Proposals
from bot.journal.queries import Queries
from bot.operations.orders import person_of, place_of
from bot.settings import App
from bot.states import RUNNING
from bot.tencent.models.base import Level, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """Asks *gate* about intents on *apps*; *find* knows who else asked for a stop.

    *proposals* know who approved what a second person had to.
    """

    gate: Gate
    apps: Mapping[str, App]
    find: Queries
    proposals: Proposals

    @classmethod
    def of(cls, gate: Gate, apps: Mapping[str, App], journal: Journal) -> Self:
        """Return what asks *gate*, and *journal* for what is on record."""
        find, proposals = journal.find, journal.proposals
        return cls(gate=gate, apps=apps, find=find, proposals=proposals)

    async def ensure_facts(self, intent: Intent, request: Request[Any]) -> bool:
        """Ask Slack for what decides on *intent*; False if it does not say.

        For what is billed that is after 20 s, and what it says is younger than 30 s.
        """
        if request.effect.ends:
            return True
        if request.level is not Level.BILLED:
            await self.gate.directory.ensure_known(person_of(intent.asker))
            return True
        wished = [self._wished(intent, request)]
        wished += await self._approved(intent, request)
        return all([await self.gate.ensure_fresh(*one) for one in wished])

    def is_stale(self, intent: Intent, request: Request[Any]) -> bool:
        """Tell whether *intent* is billed, and judged by facts that are too old."""
        billed = request.level is Level.BILLED and not request.effect.ends
        return billed and not self.gate.is_fresh(*self._wished(intent, request))

    async def refusal(self, intent: Intent, request: Request[Any]) -> Verdict | None:
        """Return why *intent* may not be sent (any more), if so.

        Whoever asks for the first time is known by now: a guest gets no further. A
        stop goes as long as one of those who asked for it may; and while Slack has not
        answered at all, as it was accepted.
        """
        if request.effect.changes and (late := await self._overtaken(intent)):
            return late
        if not self.gate.directory.known:
            return None
        refused = self._verdict(intent, request)
        if refused is None:
            return await self._approval_lost(intent, request)
        if not request.effect.ends:
            return refused
        others = await self.find.joined(intent.id)
        may = any(self._verdict(one, request) is None for one in others)
        return None if may else refused

    async def _approval_lost(
        self, intent: Intent, request: Request[Any]
    ) -> Verdict | None:
        """Return why whoever approved *intent* may not do that any more, if so."""
        approved = await self._approved(intent, request)
        if not approved:
            return None
        with reading_in(intent.asker.locale):
            sentence = _("Whoever approved this may not do it any more: {reason}")
            for one in approved:
                verdict = self.gate.verdict(*one, finally_=True)
                if not verdict.allowed:
                    reason = sentence.format(reason=verdict.reason)
                    return replace(verdict, reason=reason)
        return None

    async def _approved(
        self, intent: Intent, request: Request[Any]
    ) -> list[tuple[Person, Place, Wish]]:
        """Return what policy is asked about whoever approved *intent*, if that counts.

        That they may do it, and that they may approve it. A stop goes all the same.
        """
        if intent.approval is None or request.effect.ends:
            return []
        proposal = await self.proposals.get(intent.approval, intent.asker.team)
        if proposal is None or proposal.by is None:
            return []
        app, where = self.apps.get(intent.subject.app), Place(channel=proposal.asked_in)
        wishes = (Wish(APPROVE, Level.CHANGE, app), Wish.of(request, app))
        return [(proposal.by, where, wish) for wish in wishes]

    def _verdict(self, intent: Intent, request: Request[Any]) -> Verdict | None:
        """Return why whoever asked for *intent* may not do it, if so."""
        with reading_in(intent.asker.locale):
            wished = self._wished(intent, request)
            verdict = self.gate.verdict_later(*wished)
            astray = self._astray(intent, request)
        return astray if verdict.allowed else verdict

    def _astray(self, intent: Intent, request: Request[Any]) -> Verdict | None:
        """Return why *request*, or what it makes of its thing, leads astray, if so."""
        app = intent.subject.app
        if request.whole:
            return self.gate.leads_astray(request.whole, intent.present, app)
        return self.gate.astray(request, app)

    async def _overtaken(self, change: Intent) -> Verdict | None:
        """Return that the thing that is to be changed does not run any more, if so."""
        about = change.subject.about
        thing = await self.find.get(about) if about else None
        if thing and thing.state in RUNNING:
            return None
        with reading_in(change.asker.locale):
            sentence = _("{handle} is over by now, or is being stopped.")
        reason = sentence.format(handle=change.handle)
        return Verdict(allowed=False, rule="state", reason=reason)

    def _wished(
        self, intent: Intent, request: Request[Any]
    ) -> tuple[Person, Place, Wish]:
        """Return what policy is asked about *intent*."""
        wish = Wish.of(request, self.apps.get(intent.subject.app))
        return person_of(intent.asker), place_of(intent.asker), wish
