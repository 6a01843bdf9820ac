"""The service where a second person has to approve, or many are stopped at once.

What needs nobody else goes as it did: no question more is asked of the journal.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from bot.cards import batch, proposal
from bot.dialogue.ask import Ask, Person
from bot.dialogue.outcome import Outcome
from bot.errors import Decided, InvalidRequest, NotAllowed, UsageError
from bot.i18n import _, reading_in
from bot.journal.batches import Together
from bot.journal.model import Intent, NewIntent
from bot.journal.proposals import Asking, Proposal
from bot.journal.together import facts_of
from bot.operations.facade import Operations
from bot.operations.orders import Order, allowed_entry, new_intent
from bot.operations.seconds import Approved, Seconds, in_their_name, not_any_more
from bot.settings import Second


@dataclass(frozen=True, slots=True, kw_only=True)
class Approving(Operations):
    """The `Service` of a running bot, with what several people do together."""

    @property
    def seconds(self) -> Seconds:
        """What needs a second person, and what they are asked."""
        return Seconds(
            journal=self.journal,
            settings=self.settings,
            resources=self.resources,
            rights=self.rights,
            languages=self.languages,
        )

    async def submit(self, ask: Ask, order: Order) -> Outcome | None:
        """Accept *order*, or ask a second person about it if policy wants one."""
        dry = ask.has("dry-run")
        table = None if dry else self.seconds.table_for((order,), ask)
        if table is None:
            return await self.accept(ask, order)
        self.check(ask, order.wish)
        self.check_bounds(order)
        return await self._propose(ask, (order,), table)

    # ── many at once ────────────────────────────────────────────────────────────

    async def stop_all(self, ask: Ask, orders: Sequence[Order]) -> Outcome:
        """Accept *orders*, or ask a second person about them if policy wants one."""
        table = self.seconds.table_for(orders, ask)
        if table is None:
            return await self._place(ask, orders)
        for order in orders:
            self.check(ask, order.wish)
        return await self._propose(ask, orders, table)

    async def _place(
        self, ask: Ask, orders: Sequence[Order], approved: Approved | None = None
    ) -> Outcome:
        """Accept *orders*, all or none of them; each is a stop like any other."""
        verdicts = [self.check(ask, order.wish) for order in orders]
        news = [self._new_stop(ask, order, approved) for order in orders]
        triples = zip(news, orders, verdicts, strict=True)
        form = ask.submission.form_id if ask.submission else None
        together = Together(
            stops=news,
            records=[allowed_entry(*one) for one in triples],
            form=form,
            key=ask.key,
            also=approved.also if approved else None,
        )
        stops, fresh = await self.journal.batches.place(together)
        if fresh:
            await self._send(stops, orders)
        return batch.placed(facts_of(stops[0], stops), joined=self._joins(stops))

    def _new_stop(self, ask: Ask, order: Order, approved: Approved | None) -> NewIntent:
        """Return the stop that *order* becomes, under a key of its own."""
        resource = self.resources.sending(order.request)
        new = new_intent(ask, order, resource, self.now(), self.languages)
        key = f"batch:{ask.key}:{order.about or order.ref}"
        return replace(new, key=key, approval=approved.of if approved else None)

    async def _send(self, stops: Sequence[Intent], orders: Sequence[Order]) -> None:
        """Let go what may; what waits, or is over already, has its own way."""
        by_id = {order.id: order for order in orders}
        for stop in stops:
            self.recents.invalidate(stop)
            await self.executor.begin(stop, by_id[stop.id])
        self.wake()

    def _joins(self, stops: Sequence[Intent]) -> bool:
        """Tell whether all of *stops* were asked for by somebody else before."""
        mine = {stop.id for stop in stops}
        return all(stop.batch not in {None, *mine} for stop in stops)

    # ── a second person ─────────────────────────────────────────────────────────

    async def _propose(
        self, ask: Ask, orders: Sequence[Order], table: Second
    ) -> Outcome:
        """Ask a second person about *orders*, since *table* wants one."""
        of, at = self.new_id(), self.now()
        asked = await self.seconds.ask(ask, orders, table, of, at)
        self.wake()
        return proposal.asked(asked)

    async def proposal(self, ask: Ask, of: str) -> Proposal:
        """Return the proposal *of* that id, of the asker's workspace."""
        return await self.seconds.proposal(ask, of)

    async def waiting(self, ask: Ask) -> list[Proposal]:
        """Return what *ask* may decide on; what is over soonest comes first."""
        return await self.seconds.waiting(ask)

    async def asked_for(self, ask: Ask) -> list[Proposal]:
        """Return what *ask*'s person asked for, and nobody has decided on yet."""
        each = await self.journal.proposals.open(ask.who.team)
        return [one for one in each if one.asker.user == ask.who.user]

    async def decidable(self, ask: Ask, of: str) -> Proposal:
        """Return the proposal *of* that id, which *ask* may decide on if it is open."""
        asked = await self.seconds.proposal(ask, of)
        if asked.state is Asking.ASKED:
            await self.seconds.decider(ask, asked)
        return asked

    async def approve(self, ask: Ask, of: str, reason: str) -> Outcome:
        """Send what the proposal *of* that id asks for, in the name of its asker."""
        asked = await self.seconds.proposal(ask, of)
        if asked.state is not Asking.ASKED:
            return proposal.stands(asked)
        orders = await self.seconds.decider(ask, asked)
        self.seconds.check_asker(asked, orders)
        times = (one.timing.at for one in orders if one.timing)
        if any(at and at <= self.now() for at in times):
            sentence = _("When it was to be stopped is past: ask for it anew.")
            raise UsageError(sentence)
        theirs = in_their_name(asked)
        for order in orders:
            self._check_bounds_again(order)
            await self._check_targets(theirs.who, order, asked.rule)
        approved = self.seconds.approved(ask, asked, reason, self.now())
        with suppress(Decided), reading_in(asked.asker.locale):
            if len(orders) > 1:
                await self._place(theirs, orders, approved)
            else:
                await self.accept(theirs, orders[0], approved)
        return proposal.stands(await self.seconds.as_decided(ask, asked.id))

    def _check_bounds_again(self, order: Order) -> None:
        """Refuse *order* if it is too much by now: in the words of whoever decides.

        Raises:
            NotAllowed: a limit or an exit is another since.
        """
        try:
            self.check_bounds(order)
        except NotAllowed as refused:
            raise not_any_more(refused, refused.rule, order.wish.action) from None

    async def _check_targets(self, who: Person, order: Order, rule: str) -> None:
        """Refuse *order* if it leads where *who* asked for, and may not any more.

        Raises:
            NotAllowed: a named target has become one for others since.
        """
        if order.request.effect.ends:
            return
        resource = self.resources.sending(order.request)
        thing = await self.journal.find.get(order.about) if order.about else None
        had = set(thing.targets) if thing else set()
        added = [one for one in resource.targets(order.judged) if one not in had]
        try:
            await self._lookup.check_at(who, added, order.app.name if order.app else "")
        except (InvalidRequest, NotAllowed) as refused:
            raise not_any_more(refused, rule, order.wish.action) from None

    async def deny(self, ask: Ask, of: str, reason: str) -> Outcome:
        """Let nothing be sent of what the proposal *of* that id asks for."""
        asked = await self.seconds.proposal(ask, of)
        if asked.state is not Asking.ASKED:
            return proposal.stands(asked)
        await self.seconds.decider(ask, asked)
        return await self._end(ask, asked, Asking.DENIED, reason)

    async def withdraw(self, ask: Ask, of: str) -> Outcome:
        """Let nothing be sent of what *ask*'s person asked for as that proposal."""
        asked = await self.seconds.proposal(ask, of)
        if asked.asker.user != ask.who.user:
            sentence = _("Only whoever asked can withdraw it.")
            raise NotAllowed(sentence, rule="requester")
        if asked.state is not Asking.ASKED:
            return proposal.stands(asked)
        return await self._end(ask, asked, Asking.WITHDRAWN, "")

    async def _end(self, ask: Ask, asked: Proposal, to: Asking, reason: str) -> Outcome:
        ended = await self.seconds.end(ask, asked, to, reason, self.now())
        self.wake()
        return proposal.stands(ended)
