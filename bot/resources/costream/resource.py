"""The co-stream session as a resource: it is looked up, never changed."""

from collections.abc import Iterable, Sequence

from bot.dialogue.outcome import Bold, Code, Facts, Mono, Part, line
from bot.i18n import _
from bot.ids import Kind
from bot.journal.model import Intent
from bot.resources.base import Resource, Yield, state_word
from bot.states import State
from bot.tencent.models.base import Reply
from bot.tencent.models.gs import (
    CoStreamSlaves,
    DescribeCloudPhoneMultipleStreamSessionSlaves,
)

COSTREAM = Kind("G")
MOST_SHOWN = 20  # instance IDs


class CoStream(Resource):
    """A GS same-screen session; its SessionId is its ID."""

    kind = COSTREAM
    product = "gs"
    command = "gs"
    requests = (DescribeCloudPhoneMultipleStreamSessionSlaves,)

    def yields(self, reply: Reply) -> Yield:
        """Keep who is selected and who is online."""
        return Yield(kept=reply.masked())

    def standing(self, intent: Intent) -> str:
        """Return how the look-up ended."""
        done = intent.state is State.DONE
        return _("looked up") if done else state_word(intent.state)

    def body(self, intent: Intent) -> Iterable[Part]:
        """Yield who is selected but offline, then who is online."""
        yield Facts(((_("Session"), (Mono(intent.subject.ref),)),))
        if intent.state is State.DONE:
            reply = CoStreamSlaves.model_validate(dict(intent.settlement.reply))
            yield from _followers(reply)


def _followers(reply: CoStreamSlaves) -> Iterable[Part]:
    online, selected = reply.online_instance_ids, reply.available_instance_ids
    yield Facts(
        (
            (_("Master"), (Mono(reply.master_instance_id or _("not given")),)),
            (_("Online"), (_count(online),)),
            (_("Selected"), (_count(selected),)),
        )
    )
    offline = reply.offline_instance_ids
    if offline is not None:
        yield from _ids(_("Selected but offline"), offline, _("None: all are online."))
    elif selected is None:
        sentence = _("Tencent did not say which are selected, so who lags is unknown.")
        yield line(sentence)
    else:
        sentence = _("Tencent did not say which are online, so who lags is unknown.")
        yield line(sentence)
    if online is not None:
        yield from _ids(_("Online"), online, _("None."))


def _ids(title: str, ids: Sequence[str], nothing: str) -> Iterable[Part]:
    yield line(Bold(f"{title} ({len(ids)})"), "" if ids else f"  {nothing}")
    if ids:
        shown = "\n".join(ids[:MOST_SHOWN])
        more = len(ids) - MOST_SHOWN
        rest = "\n" + _("and {n} more").format(n=more) if more > 0 else ""
        yield Code(shown + rest)


def _count(ids: Sequence[str] | None) -> str:
    return _("not given") if ids is None else str(len(ids))
