"""What a subcommand may do: the Protocol that it gets, and nothing beside it.

mypy refuses whatever is not here, so every request passes policy and journal, and
every reading of the journal passes one place. Who asks has been let in by a permit
before, and is told no more of the record than that permit lets them see where they ask.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Protocol, Unpack

from bot.access.permits import Permit
from bot.access.policy import Verdict, Wish
from bot.cards.handover import Attended
from bot.dialogue.ask import Ask, Person, Place
from bot.dialogue.outcome import Outcome
from bot.ids import (
    ChannelId,
    FormId,
    Handle,
    IntentId,
    Kind,
    MessageTs,
)
from bot.journal.audit import Entry, Record
from bot.journal.examination import Report
from bot.journal.model import Intent
from bot.journal.narrow import Narrow
from bot.journal.proposals import Proposal
from bot.operations.doctor import Check
from bot.operations.duties import Duties
from bot.operations.orders import Order
from bot.operations.saved import Saved
from bot.resources.kinds import Registry
from bot.resources.push import PushAddress
from bot.resources.relay.samples import LastHour
from bot.resources.room.presence import HeardRoom
from bot.settings import App, Project, Terms
from bot.states import LIVE, State
from bot.tencent.models.base import Request


class Service(Protocol):
    """Accepts what people ask for, and answers from what is on record."""

    @property
    def apps(self) -> Sequence[App]:
        """The TRTC applications that the config names."""

    @property
    def projects(self) -> Sequence[Project]:
        """The projects of CAR that the config names."""

    @property
    def terms(self) -> Terms:
        """What relays are asked for under: apps, regions, limits, push hosts."""

    def language_at(self, where: Place) -> str:
        """Return the language of what everybody reads at *where*; else the reader's."""

    @property
    def tables(self) -> bool:
        """Whether long lists are told as tables that readers can sort."""

    @property
    def resources(self) -> Registry:
        """Every kind of thing that can be asked about."""

    def now(self) -> datetime:
        """Return the time, in UTC."""

    @property
    def saved(self) -> Saved:
        """What the workspace of whoever asks has saved: named targets and presets."""

    @property
    def duties(self) -> Duties:
        """What whoever is on call does about alerts."""

    def new_id(self) -> IntentId:
        """Return the id of an intent to come."""

    # ── rights ──────────────────────────────────────────────────────────────────

    def check(self, ask: Ask, wish: Wish) -> Verdict:
        """Refuse *wish* unless policy allows it.

        Raises:
            NotAllowed: with the rule, and who may instead.
        """

    def whoami(
        self, ask: Ask, permits: Iterable[Permit]
    ) -> Iterable[tuple[Wish, Verdict]]:
        """Yield what policy says to each of *permits*, on each app it is about."""

    # ── changes ─────────────────────────────────────────────────────────────────

    async def submit(self, ask: Ask, order: Order) -> Outcome | None:
        """Accept *order*, durably, and let it be sent.

        With `--dry-run` nothing is kept or sent, and the request is shown.

        Returns:
            None when the answer comes by itself (a card, or the look-up's result);
            the first one's card when the same submission came again; of a stop, what
            happens to it.

        Raises:
            NotAllowed: policy or a limit said no; nothing was kept or sent.
            AlreadyRuns: the same runs already, or may, and the asker does not know.
            Overtaken: what is to be changed is not as it was when *order* was formed.
            KeyReused: the same submission came with other contents, or its form did.
            Busy: it would wait too long; nothing was kept or sent.
        """

    async def stop_all(self, ask: Ask, orders: Sequence[Order]) -> Outcome:
        """Accept *orders*, each of which ends something: durably, all or none of them.

        Returns how each stands, or that a second person is asked.

        Raises:
            NotAllowed: policy said no to one of them; nothing was kept or sent.
            KeyReused: the form was sent in before, with others.
        """

    # ── a second person ─────────────────────────────────────────────────────────

    async def waiting(self, ask: Ask) -> list[Proposal]:
        """Return what *ask* may decide on; what is over soonest comes first."""

    async def asked_for(self, ask: Ask) -> list[Proposal]:
        """Return what *ask*'s person asked for, and nobody has decided on yet."""

    async def decidable(self, ask: Ask, of: str) -> Proposal:
        """Return the proposal *of* that id, which *ask* may decide on if it is open.

        Raises:
            NotAllowed: it is their own, or policy said no.
            NotFound: there is none of that id in this workspace.
        """

    async def approve(self, ask: Ask, of: str, reason: str) -> Outcome:
        """Send what that proposal asks for, in the name of whoever asked; tell how.

        Raises:
            NotAllowed: as `decidable`; or whoever asked may not do it any more, or a
                limit said no.
            AlreadyRuns: the same was started meanwhile, or may run.
        """

    async def deny(self, ask: Ask, of: str, reason: str) -> Outcome:
        """Let nothing be sent of that proposal; tell how it was decided on.

        Raises:
            NotAllowed: as `decidable`.
        """

    async def withdraw(self, ask: Ask, of: str) -> Outcome:
        """Let nothing be sent of the asker's own proposal; tell how it stands.

        Raises:
            NotAllowed: it is somebody else's.
        """

    async def settle(
        self, ask: Ask, intent: Intent, *, reason: str = "", ref: str = ""
    ) -> Intent:
        """Settle by hand what stayed unknown: it runs as *ref*, or did not start.

        Raises:
            NotAllowed: policy said no.
            IllegalMove: it is not unknown (any more).
            TaskTaken: *ref* is another's.
        """

    async def keep_original(self, ask: Ask, original: Intent) -> bool:
        """Let *original* go on when copies of it are live; False if it does anyway.

        Raises:
            NotAllowed: policy said no.
        """

    async def reveal(self, ask: Ask, intent: Intent) -> str | None:
        """Return the secret part of a reply; that it was shown is on the record.

        Raises:
            NotAllowed: policy said no, or somebody else asked for the thing.
            NotFound: it was answered too long ago.
        """

    # ── what changes ────────────────────────────────────────────────────────────

    async def request_of(self, thing: Intent) -> Request[Any] | None:
        """Return the request that would make *thing* as it is by now.

        That is what made it, with every change that was made. None if that is not
        known, or the asker is not told of the thing. Its secrets are masked when it is
        shown.
        """

    async def last_hour(self, thing: Intent) -> Sequence[LastHour] | None:
        """Return what the CDN of its account says of *thing*, target by target.

        None where it is not asked, without an endpoint and a key for it.
        """

    async def requests_in_doubt(self, thing: Intent) -> tuple[Request[Any], ...]:
        """Return what would make *thing* as changes that were not answered leave it."""

    async def open_change(self, thing: Intent) -> Intent | None:
        """Return the change of *thing* that is to be sent, or is being sent."""

    async def places(
        self, ask: Ask, names: Iterable[str], app: str
    ) -> Mapping[str, PushAddress]:
        """Return where *names* lead, by name, for a relay on the *app* of that name.

        A name is that of a target (`youtube-main`), or stands for one of a relay's
        (`r1.2`). What comes back is secret: it goes into a request and nowhere else.

        Raises:
            InvalidRequest: there is no such target, or not for that app; at `url`.
            NotAllowed: it is for others, or so is the relay.
        """

    # ── timers ──────────────────────────────────────────────────────────────────

    def zone(self, who: Person) -> tzinfo | None:
        """Return the time zone of *who*; None if Slack has not said it yet."""

    async def set_timer(self, ask: Ask, thing: Intent, at: datetime) -> Intent:
        """Let *thing* be stopped *at* a moment, in the name of whoever asks.

        It takes the place of an earlier timer; both are on the record.

        Raises:
            NotAllowed: policy said no.
            IllegalMove: it is over, or is being stopped since its timer was due.
        """

    async def drop_timer(self, ask: Ask, thing: Intent) -> bool:
        """Let *thing* run on without a timer; False if it has none.

        Raises:
            NotAllowed: policy said no.
            IllegalMove: it is being stopped, since its timer was due.
        """

    # ── forms ───────────────────────────────────────────────────────────────────

    async def open_form(self, ask: Ask, values: dict[str, str]) -> FormId:
        """Keep what a form starts from; the form itself carries only this id."""

    async def kept(self, ask: Ask, form: str) -> dict[str, str]:
        """Return what the open form of that id starts from, to whoever opened it.

        Raises:
            UsageError: as `returned` does.
        """

    async def remember(self, ask: Ask, values: dict[str, str]) -> None:
        """Keep *values* with the form that *ask* is a submission of."""

    async def returned(self, ask: Ask) -> tuple[Ask, dict[str, str]]:
        """Return the submission *ask* at the place where its form was asked for.

        Raises:
            UsageError: the form is older than 30 minutes, or somebody else's.
        """

    # ── what is on record ───────────────────────────────────────────────────────

    async def thing(self, who: Person, text: str) -> Intent | None:
        """Return the intent that made what *text* names: a handle or a whole ID."""

    async def find(self, who: Person, text: str) -> list[Intent]:
        """Return what goes by *text*.

        A handle, an ID or a part of one, a room, a link to a card.
        """

    async def aimed(self, who: Person, digest: str) -> list[Intent]:
        """Return what runs, or may, and pushes to the address of that *digest*."""

    async def posted(
        self, who: Person, channel: ChannelId, message: MessageTs
    ) -> Intent | None:
        """Return the thing whose card that message is, or None."""

    async def foreign_stops(self, who: Person, task: str) -> list[Intent]:
        """Return the stops of a TaskId that is no relay's here, newest first."""

    async def offered(self, who: Person, kind: Kind, query: str) -> list[Intent]:
        """Return the things that a select offers for *query*, the asker's own first."""

    async def live(
        self,
        who: Person,
        kind: Kind,
        limit: int = 20,
        states: Iterable[State] = LIVE,
        **only: Unpack[Narrow],
    ) -> list[Intent]:
        """Return *limit* things of *kind* that run, or may, newest first.

        Of these *only* some: in *states*, of a person, a room and so on. On those that
        are left out nobody has to decide: of what is undecided there are *limit* as
        well, and it is mostly old.
        """

    async def recent(
        self,
        who: Person,
        *,
        kind: Kind | None = None,
        states: Iterable[State] | None = None,
        limit: int = 8,
        **only: Unpack[Narrow],
    ) -> list[Intent]:
        """Return *limit* of the things made lately, newest first, or *only* some."""

    async def last_failed(self, who: Person) -> Intent | None:
        """Return what the asker asked for last that ended in an error code, if any.

        A start, a look-up, a change or a stop; it may have been done all the same.
        """

    @property
    def rooms_since(self) -> datetime:
        """Since when this bot hears what happens in rooms."""

    async def attended(self, things: Iterable[Intent]) -> Mapping[IntentId, Attended]:
        """Return who has the alerts of *things*, and who has muted them.

        Only of those that have some; of too many the first are looked at.
        """

    async def room(self, who: Person, called: str) -> list[HeardRoom]:
        """Return what was heard of the rooms that are written *called*.

        Of each app that the asker may read there may be two: a number, and text.

        Raises:
            JournalUnavailable: what was kept of them cannot be read.
        """

    async def history(self, who: Person, handle: Handle) -> list[Intent]:
        """Return what was done to a thing, newest first."""

    async def audit(
        self, who: Person, *, handle: Handle | None = None, user: str = ""
    ) -> list[Entry]:
        """Return the newest audit records, of one thing or one person if given."""

    async def audit_trail(
        self, ask: Ask, *, export: bool
    ) -> tuple[Report, list[Record]]:
        """Check the audit trail of the asker's workspace, and no other's.

        Returns its records, too, if they are exported; that is on the record.

        Raises:
            NotAllowed: policy said no.
        """

    async def record_read(self, ask: Ask, intent: Intent) -> None:
        """Put on the record that *ask* is shown the bare IDs of *intent*.

        Raises:
            JournalUnavailable: it could not be, so they may not be shown.
        """

    async def diagnose(self) -> list[Check]:
        """Return what is well and what is not."""
