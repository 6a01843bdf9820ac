"""The co-stream session as a resource: it is looked up, never changed.

A list that Tencent left out is not an empty one: who is offline is said only where both
lists came.
"""

from collections.abc import Iterable, Sequence

from bot.access.permits import Permit
from bot.dialogue.outcome import (
    Bold,
    Button,
    Buttons,
    Code,
    Facts,
    File,
    Mono,
    Part,
    Tone,
    line,
)
from bot.i18n import _, n_
from bot.ids import Kind
from bot.journal.model import Intent
from bot.resources.base import Resource, Yield
from bot.resources.byhand import in_slack
from bot.resources.headlines import state_word
from bot.states import State
from bot.tencent.models.base import Reply
from bot.tencent.models.gs import (
    USUAL_ID,
    CoStreamSlaves,
    DescribeCloudPhoneMultipleStreamSessionSlaves,
)

COSTREAM = Kind("G")
MOST_SHOWN = 20  # instance IDs of a list; the file has them all


class CoStream(Resource):
    """A GS same-screen session; its SessionId is its ID."""

    kind = COSTREAM
    product = "gs"
    command = "gs"
    requests = (DescribeCloudPhoneMultipleStreamSessionSlaves,)
    # what a look-up found is told to whoever may look
    read = Permit.of(DescribeCloudPhoneMultipleStreamSessionSlaves)

    def yields(self, reply: Reply) -> Yield:
        """Keep who is selected and who is online."""
        return Yield(kept=reply.masked())

    def standing(self, intent: Intent) -> str:
        """Return how many of those selected are offline, once it was answered."""
        if intent.state is State.NOT_STARTED:
            return _("not looked up")
        if intent.state is not State.DONE:
            return state_word(intent.state)
        reply = _reply(intent)
        offline, selected = reply.offline_instance_ids, reply.available_instance_ids
        if offline is None or selected is None:
            return _("who is offline was not told")
        count = len(selected)
        if not selected:
            return _("nobody is selected")
        if not offline:
            return n_(
                "{n} selected is online", "all {n} selected are online", count
            ).format(n=count)
        return n_(
            "{n} of {most} selected is offline",
            "{n} of {most} selected are offline",
            len(offline),
        ).format(n=len(offline), most=count)

    def retyped(self, intent: Intent) -> str:
        """Return the look-up as it is typed."""
        return in_slack("gs", (intent.subject.ref,), {})

    def tone(self, intent: Intent) -> Tone:
        """Return red for somebody offline, and no colour for what was not told."""
        if intent.state is not State.DONE:
            return super().tone(intent)
        reply = _reply(intent)
        if reply.offline_instance_ids:
            return Tone.BAD
        both = reply.offline_instance_ids is not None and reply.available_instance_ids
        return Tone.GOOD if both else Tone.PLAIN

    def body(self, intent: Intent) -> Iterable[Part]:
        """Yield who is selected but offline, then who is online."""
        done = intent.state is State.DONE
        if done:
            yield from _offline(_reply(intent))
        yield Facts(((_("Session"), (Mono(intent.subject.ref),)),))
        if not USUAL_ID.fullmatch(intent.subject.ref):
            sentence = _("An unusual session ID: 19 digits are expected.")
            yield line(sentence, quiet=True)
        if done:
            yield from _counts(_reply(intent))
            yield from _buttons(intent)


def all_ids(intent: Intent) -> File:
    """Return every list of the look-up *intent*, whole, as a text file."""
    reply = _reply(intent)
    lists = (
        (_("Selected but offline"), reply.offline_instance_ids),
        (_("Online"), reply.online_instance_ids),
        (_("Selected"), reply.available_instance_ids),
    )
    texts = [f"{_('Session')} {intent.subject.ref}"]
    for title, ids in lists:
        rows = ids or ((_("not told") if ids is None else _("None.")),)
        texts.append("\n".join((f"{title} ({_count(ids)})", *rows)))
    name = f"{intent.handle}-{intent.subject.ref}.txt"
    return File(name=name, text="\n\n".join(texts) + "\n")


def _reply(intent: Intent) -> CoStreamSlaves:
    return CoStreamSlaves.model_validate(dict(intent.settlement.reply))


def _offline(reply: CoStreamSlaves) -> Iterable[Part]:
    offline = reply.offline_instance_ids
    if offline is not None:
        yield from _ids(_("Selected but offline"), offline)
    elif reply.available_instance_ids is None:
        sentence = _("Tencent did not say which are selected, so who lags is unknown.")
        yield line(sentence)
    else:
        sentence = _("Tencent did not say which are online, so who lags is unknown.")
        yield line(sentence)


def _counts(reply: CoStreamSlaves) -> Iterable[Part]:
    online, selected = reply.online_instance_ids, reply.available_instance_ids
    yield Facts(
        (
            (_("Master"), (Mono(reply.master_instance_id or _("not told")),)),
            (_("Online"), (_count(online),)),
            (_("Selected"), (_count(selected),)),
        )
    )
    if online is not None:
        yield from _ids(_("Online"), online)
    elif selected is not None:
        yield from _ids(_("Selected"), selected)


def _buttons(intent: Intent) -> Iterable[Part]:
    reply = _reply(intent)
    again = Button(_("Refresh"), "gs", f"show {intent.handle}")
    lists = (reply.online_instance_ids, reply.available_instance_ids)
    longest = max(len(ids or ()) for ids in lists)
    if longest <= MOST_SHOWN:
        yield Buttons((again,))
        return
    whole = _("All IDs as a file")
    yield Buttons((again, Button(whole, "gs", f"show {intent.handle} --all")))


def _ids(title: str, ids: Sequence[str]) -> Iterable[Part]:
    yield line(Bold(f"{title} ({len(ids)})"), "" if ids else f"  {_('None.')}")
    if ids:
        shown = "\n".join(ids[:MOST_SHOWN])
        more = len(ids) - MOST_SHOWN
        rest = "\n" + _("and {n} more").format(n=more) if more > 0 else ""
        yield Code(shown + rest)


def _count(ids: Sequence[str] | None) -> str:
    return _("not told") if ids is None else str(len(ids))
