"""The concurrency of a CAR project, or of the account: it is counted, never changed."""

from collections.abc import Iterable

from bot.access.permits import Permit
from bot.dialogue.outcome import Button, Mono, Part, Span, Tone, line
from bot.i18n import _
from bot.ids import Kind
from bot.journal.model import Intent
from bot.resources.base import Resource, Yield
from bot.resources.byhand import in_slack
from bot.resources.headlines import state_word
from bot.states import State
from bot.tencent.models.base import Reply
from bot.tencent.models.car import Concurrency, DescribeConcurrentCount

CAPACITY = Kind("C")
ACCOUNT = "account"  # what a count of all projects goes by


class Capacity(Resource):
    """A count of concurrency; the ID of the project, or `account`, is its ID."""

    kind = CAPACITY
    product = "car"
    command = "car"
    requests = (DescribeConcurrentCount,)
    read = Permit.of(DescribeConcurrentCount)

    def yields(self, reply: Reply) -> Yield:
        """Keep both numbers; as one text for a session that was refused."""
        count = Concurrency.model_validate(reply.model_dump())
        whole = count.running is not None and count.total is not None
        says = f"{count.running}/{count.total}" if whole else ""
        return Yield(kept=reply.masked(), says=says)

    def place(self, intent: Intent) -> str:
        """Return what was counted."""
        if intent.subject.ref == ACCOUNT:
            return _("all projects")
        return _("project {project}").format(project=intent.subject.ref)

    def gist(self, intent: Intent) -> str:
        """Return what was counted, as a row of a list has it."""
        return self.place(intent)

    def standing(self, intent: Intent) -> str:
        """Return how many are not idle of how many, once that was answered."""
        if intent.state is State.NOT_STARTED:
            return _("not counted")
        if intent.state is not State.DONE:
            return state_word(intent.state)
        count = _reply(intent)
        if count.running is None or count.total is None:
            return _("CAR did not say how many")
        text = _("{running} of {total} not idle")
        return text.format(running=count.running, total=count.total)

    def tone(self, intent: Intent) -> Tone:
        """Return red for none that is idle, and no colour for what was not told."""
        if intent.state is not State.DONE:
            return super().tone(intent)
        count = _reply(intent)
        if count.running is None or count.total is None:
            return Tone.PLAIN
        return Tone.GOOD if count.running < count.total else Tone.BAD

    def sentence(self, intent: Intent) -> Iterable[Span]:
        """Yield what counts as not idle: more than who is connected."""
        if intent.state is State.DONE:
            yield _(
                "Not idle is also what starts ahead, waits for its user to come back,"
                " or is cleaned up."
            )

    def offers(self, intent: Intent) -> Iterable[Button]:
        """Yield another count."""
        if intent.state is State.DONE:
            yield Button(_("Refresh"), "car", self._typed(intent))

    def body(self, intent: Intent) -> Iterable[Part]:
        """Yield what a count does not say."""
        if intent.state is State.DONE:
            yield line(_("It says nothing of one user or session."), quiet=True)

    def facts(self, intent: Intent) -> Iterable[tuple[Span, ...]]:
        """Yield the project."""
        if intent.subject.ref != ACCOUNT:
            yield (_("Project"), " ", Mono(intent.subject.ref))

    def retyped(self, intent: Intent) -> str:
        """Return the count as it is typed."""
        return in_slack("car", self._typed(intent).split(), {})

    def _typed(self, intent: Intent) -> str:
        project = intent.subject.ref
        return "capacity" if project == ACCOUNT else f"capacity {project}"


def _reply(intent: Intent) -> Concurrency:
    return Concurrency.model_validate(dict(intent.settlement.reply))
