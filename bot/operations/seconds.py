"""Asks a second person before something is sent, as `[[policy.second]]` wants it.

What would be sent is kept, sealed, until somebody else who may do it has approved it.
Then it is submitted in the name of whoever asked, where they asked, and everything is
asked again: the rights of both, the limits and the exits.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.access.policy import Wish
from bot.access.second import Part, approvers, second_for
from bot.config.rules import APPROVE
from bot.dialogue.ask import Ask, Surface
from bot.errors import Decided, NotAllowed, NotFound, UsageError
from bot.i18n import Languages, _
from bot.ids import ChannelId, IntentId
from bot.journal.audit import Decision, Entry
from bot.journal.entering import Also
from bot.journal.journal import Journal
from bot.journal.model import Asker, Intent
from bot.journal.proposals import Asking, Proposal, decide
from bot.journal.transaction import Transaction
from bot.operations.kept_orders import digest_of, kept, orders_of
from bot.operations.orders import Order, asker_of, person_of, place_of
from bot.operations.rights import Rights, check
from bot.resources.kinds import Registry
from bot.settings import Second, Settings
from bot.tencent.models.base import Level

MOST_NAMED = 8  # people and groups on the card


@dataclass(frozen=True, slots=True)
class Approved:
    """The proposal *of* that id was approved: *also* commits that with its orders."""

    of: IntentId
    also: Also


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconds:
    """What needs a second person by *settings*, and what they are asked."""

    journal: Journal
    settings: Settings
    resources: Registry
    rights: Rights
    languages: Languages

    def table_for(self, orders: Sequence[Order], ask: Ask) -> Second | None:
        """Return the table by which *orders* need a second person, or None."""
        tables = self.settings.policy.second
        if not tables:
            return None
        change = [self._part(one) for one in orders]
        return second_for(tables, change, ask.who.team)

    def _part(self, order: Order) -> Part:
        resource = self.resources.sending(order.request)
        bitrate = resource.bitrate(order.judged)
        return Part(
            request=order.request,
            judged=order.judged,
            app=order.app,
            bitrate=bitrate,
        )

    # ── asking ──────────────────────────────────────────────────────────────────

    async def ask(
        self,
        ask: Ask,
        orders: Sequence[Order],
        table: Second,
        of: IntentId,
        at: datetime,
    ) -> Proposal:
        """Ask a second person about *orders*, durably: as the proposal *of* that id.

        Raises:
            KeyReused: its form was sent in before.
            JournalUnavailable: nothing was kept, and nobody is asked.
        """
        asker = asker_of(ask, self.languages)
        shown = {**_shown(orders), **await self._beside(orders[0])}
        new = Proposal(
            id=of,
            key=f"asked:{ask.key}",
            digest=digest_of(orders, self.resources),
            action=orders[0].wish.action,
            asker=asker,
            rule=table.name,
            shown={**shown, "may": self._approvers(orders, asker)},
            asked_in=self._channel(table, asker),
            created_at=at,
            expires_at=at + timedelta(minutes=table.minutes),
        )
        record = new.entry(asker, at, Decision.DID, "approval.asked")
        form = ask.submission.form_id if ask.submission else None
        return await self.journal.proposals.ask(
            new, kept(orders), audit=record, form=form
        )

    async def _beside(self, order: Order) -> dict[str, Any]:
        """Return what *order* does beside its request: what else it has stopped."""
        timing, copies = order.timing, order.copies
        beside = {"timed": timing.typed} if timing else {}
        if copies and copies.stop:
            original = await self.journal.find.get(copies.id)
            beside["instead_of"] = original.handle or "" if original else ""
        return beside

    def _approvers(self, orders: Sequence[Order], asker: Asker) -> list[str]:
        """Return whom rules name, beside *asker*, who may approve *orders*."""
        rules, app = self.settings.policy.rules, orders[0].app
        named = approvers(rules, app, asker.team)
        return [one for one in named if one != asker.user][:MOST_NAMED]

    def _channel(self, table: Second, asker: Asker) -> ChannelId:
        """Return where a second person is asked: where *table* says, or it was typed.

        What was typed where nobody else reads is asked where the operators are.

        Raises:
            UsageError: there is no such place.
        """
        of_team = {one.team: one.ops_channel for one in self.settings.workspaces}
        here = "" if asker.direct else asker.channel
        ops = of_team.get(asker.team) or self.settings.ops_channel
        if channel := table.channel or here or ops:
            return ChannelId(channel)
        sentence = _("A second person has to approve this: ask for it in a channel.")
        raise UsageError(sentence)

    # ── deciding ────────────────────────────────────────────────────────────────

    async def proposal(self, ask: Ask, of: str) -> Proposal:
        """Return the proposal *of* that id, of the asker's workspace.

        Raises:
            NotFound: there is none (any more).
        """
        proposal = await self.journal.proposals.get(of, ask.who.team)
        if proposal is None:
            raise NotFound(_("There is no such request for approval (any more)."))
        return proposal

    async def waiting(self, ask: Ask) -> list[Proposal]:
        """Return what *ask* may decide on; what is over soonest comes first."""
        each = await self.journal.proposals.open(ask.who.team)
        return [one for one in each if await self._decides(ask, one)]

    async def _decides(self, ask: Ask, proposal: Proposal) -> bool:
        try:
            await self.decider(ask, proposal)
        except NotAllowed:
            return False
        return True

    async def decider(self, ask: Ask, proposal: Proposal) -> list[Order]:
        """Return what *proposal* would send, if *ask* may decide on it.

        Raises:
            NotAllowed: it is their own, or policy refuses it to them.
        """
        if proposal.asker.user == ask.who.user:
            raise NotAllowed(
                _("Whoever asked cannot approve it: that takes somebody else."),
                rule=proposal.rule,
                action=APPROVE,
            )
        text = await self.journal.proposals.orders(proposal.id)
        orders = orders_of(text, self.resources, self.settings.all_apps)
        for order in orders:
            for wish in (Wish(APPROVE, Level.CHANGE, order.app), order.wish):
                verdict = self.rights.gate.verdict(
                    ask.who, ask.where, wish, finally_=True
                )
                check(verdict, wish.action)
        if digest_of(orders, self.resources) != proposal.digest:
            sentence = _("What would be sent is not what was asked for any more.")
            raise NotAllowed(sentence, rule=proposal.rule, action=APPROVE)
        return orders

    def check_asker(self, proposal: Proposal, orders: Sequence[Order]) -> None:
        """Refuse what whoever made *proposal* may not do any more.

        Raises:
            NotAllowed: that is so.
        """
        theirs = in_their_name(proposal)
        for order in orders:
            verdict = self.rights.gate.verdict(theirs.who, theirs.where, order.wish)
            if not verdict.allowed:
                raise not_any_more(verdict.reason, verdict.rule, order.wish.action)

    async def as_decided(self, ask: Ask, of: IntentId) -> Proposal:
        """Return the proposal *of* that id as it is once it was decided on."""
        now = await self.proposal(ask, of)
        if now.state is Asking.ASKED:  # its time is over
            await self.journal.proposals.expire()
            now = await self.proposal(ask, of)
        return now

    def approved(
        self, ask: Ask, proposal: Proposal, reason: str, at: datetime
    ) -> Approved:
        """Return that *ask* approves *proposal*, to be committed with what it sends."""
        decided, record = self._decided(ask, proposal, Asking.APPROVED, reason, at)

        def also(tx: Transaction, accepted: Sequence[Intent]) -> None:
            handles = ", ".join(filter(None, (one.handle for one in accepted)))
            shown = {**decided.shown, "became": handles}
            decide(tx, replace(decided, shown=shown), record)

        return Approved(proposal.id, also)

    async def end(
        self, ask: Ask, proposal: Proposal, to: Asking, reason: str, at: datetime
    ) -> Proposal:
        """Commit that *ask* decided on *proposal*, so that nothing is sent.

        Returns it as it was decided on, perhaps by somebody else before.
        """
        decided, record = self._decided(ask, proposal, to, reason, at)
        try:
            return await self.journal.proposals.decide(decided, record)
        except Decided:
            return await self.as_decided(ask, proposal.id)

    def _decided(
        self, ask: Ask, proposal: Proposal, to: Asking, reason: str, at: datetime
    ) -> tuple[Proposal, Entry]:
        who = asker_of(ask, self.languages)
        record = proposal.entry(
            who, at, Decision.DID, f"approval.{to.value}", why=reason
        )
        return proposal.decided(to, ask.who, reason, at), record


def in_their_name(proposal: Proposal) -> Ask:
    """Return *proposal* as whoever made it asks for it, where they did."""
    return Ask(
        command=proposal.action.partition(".")[0],
        text="",
        who=person_of(proposal.asker),
        where=place_of(proposal.asker),
        surface=Surface.FORM,
        key=f"proposal:{proposal.id}",
    )


def not_any_more(why: object, rule: str, action: str) -> NotAllowed:
    """Return the refusal of what whoever asked might do then, and may not now.

    It names no field: whoever decides has a form of their own.
    """
    sentence = _("Whoever asked may not do this any more: {reason}")
    return NotAllowed(sentence.format(reason=why), rule=rule, action=action)


def _shown(orders: Sequence[Order]) -> dict[str, Any]:
    """Return what people read of *orders* before they decide: without a secret."""
    first, *others = orders
    apps = dict.fromkeys(one.app.name for one in orders if one.app)
    shown: dict[str, Any] = {
        "app": ", ".join(apps),
        "production": any(one.app is not None and one.app.production for one in orders),
        "region": first.region,
        "room": first.room,
        "handle": first.handle or "",
        "request": first.request.action,
    }
    if others:
        things = [{"handle": one.handle or "", "room": one.room} for one in orders]
        return shown | {"stops": things, "note": first.note}
    changes = first.change.differences if first.change else ()
    return shown | {
        "masked": first.request.masked(),
        "changes": [asdict(one) for one in changes],
    }
