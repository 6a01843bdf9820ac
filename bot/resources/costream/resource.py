"""The co-stream session as a resource: it is looked up, never changed.

A list that Tencent left out is not an empty one: who is offline is said only where both
lists came.
"""

from collections.abc import Iterable, Sequence

from bot.access.permits import Permit
from bot.dialogue.outcome import (
    Bold,
    Button,
    File,
    Mono,
    Part,
    Span,
    Tone,
    line,
)
from bot.i18n import _, later, n_
from bot.ids import Kind
from bot.journal.model import Intent
from bot.resources.base import Resource, Yield
from bot.resources.byhand import in_slack
from bot.resources.costream.ids import (
    MOST_SHOWN,
    beginning,
    common_start,
    listed,
    plain,
)
from bot.resources.headlines import state_word
from bot.states import State
from bot.tencent.models.base import Reply
from bot.tencent.models.gs import (
    USUAL_ID,
    CoStreamSlaves,
    DescribeCloudPhoneMultipleStreamSessionSlaves,
)

COSTREAM = Kind("G")
OFFLINE, ONLINE = later("Selected but offline"), later("Online")
SELECTED = later("Selected")


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

    def sentence(self, intent: Intent) -> Iterable[Span]:
        """Yield what Tencent left out, or how it counts."""
        if intent.state is State.DONE:
            yield from _counted(_reply(intent))

    def offers(self, intent: Intent) -> Iterable[Button]:
        """Yield another look, who is offline alone, and every ID."""
        if intent.state is State.DONE:
            yield from _buttons(intent)
        elif intent.state is State.NOT_STARTED:
            yield Button(_("Look again"), "gs", f"show {intent.handle}")

    def body(self, intent: Intent) -> Iterable[Part]:
        """Yield who is selected but offline, then who is online."""
        if not USUAL_ID.fullmatch(intent.subject.ref):
            sentence = _("An unusual session ID: 19 digits are expected.")
            yield line(sentence, quiet=True)
        if intent.state is State.DONE:
            yield from _lists(_reply(intent))

    def facts(self, intent: Intent) -> Iterable[tuple[Span, ...]]:
        """Yield the session and its master."""
        yield (_("Session"), " ", Mono(intent.subject.ref))
        if intent.state is State.DONE:
            master = _reply(intent).master_instance_id
            named = plain(master) if master else _("not told")
            yield (_("Master"), " ", Mono(named))


def all_ids(intent: Intent) -> tuple[File | None, tuple[Part, ...]]:
    """Return every ID of the look-up *intent*: as a file, or, if there are few, text.

    The text is a block for each list, which is copied whole.
    """
    lists = [(_(title), ids) for title, ids in _all_lists(_reply(intent))]
    if max(len(ids or ()) for _title, ids in lists) <= MOST_SHOWN:
        return None, tuple(part for one in lists for part in _copied(*one))
    texts = [f"{_('Session')} {intent.subject.ref}"]
    for title, ids in lists:
        rows = map(plain, ids) if ids else [_told_none(ids)]
        texts.append("\n".join((f"{title} ({_count(ids)})", *rows)))
    name = f"{intent.handle}-{intent.subject.ref}.txt"
    return File(name=name, text="\n\n".join(texts) + "\n"), ()


def _copied(title: str, ids: Sequence[str] | None) -> Iterable[Part]:
    if ids is None:
        yield line(Bold(f"{title} ({_count(ids)})"))
    else:
        yield from listed(title, ids)


def only_offline(intent: Intent) -> Iterable[Part]:
    """Yield who is selected but offline, and nobody else."""
    reply = _reply(intent)
    offline = reply.offline_instance_ids
    if offline is None:
        yield line(*_counted(reply))
        return
    start = common_start(offline)
    yield from beginning(start)
    yield from listed(_(OFFLINE), offline, start)


def _all_lists(
    reply: CoStreamSlaves,
) -> tuple[tuple[str, tuple[str, ...] | None], ...]:
    """Return every list with its title, the worst first."""
    return (
        (OFFLINE, reply.offline_instance_ids),
        (ONLINE, reply.online_instance_ids),
        (SELECTED, reply.available_instance_ids),
    )


def _told_none(ids: Sequence[str] | None) -> str:
    return _("not told") if ids is None else _("None.")


def _reply(intent: Intent) -> CoStreamSlaves:
    return CoStreamSlaves.model_validate(dict(intent.settlement.reply))


def _counted(reply: CoStreamSlaves) -> Iterable[Span]:
    """Yield how many are online and selected, or what of that was not told."""
    if reply.offline_instance_ids is None:
        yield (
            _("Tencent did not say which are selected, so who lags is unknown.")
            if reply.available_instance_ids is None
            else _("Tencent did not say which are online, so who lags is unknown.")
        )
        return
    text = _("{online} online, {selected} selected.")
    online, selected = reply.online_instance_ids, reply.available_instance_ids
    yield text.format(online=_count(online), selected=_count(selected))


def _lists(reply: CoStreamSlaves) -> Iterable[Part]:
    """Yield the lists, the worst first; what all IDs begin with stands once."""
    offline, online = reply.offline_instance_ids, reply.online_instance_ids
    selected = reply.available_instance_ids
    shown = [(OFFLINE, offline)] if offline else []
    if online is not None:
        shown.append((ONLINE, online))
    elif selected is not None:
        shown.append((SELECTED, selected))
    start = common_start(one for _title, ids in shown for one in ids)
    yield from beginning(start)
    for title, ids in shown:
        yield from listed(_(title), ids, start)


def _buttons(intent: Intent) -> Iterable[Button]:
    """Yield another look, who is offline alone, and every ID as text or as a file."""
    reply = _reply(intent)
    yield Button(_("Refresh"), "gs", f"show {intent.handle}")
    online, offline = reply.online_instance_ids, reply.offline_instance_ids
    if online and offline:
        yield Button(_("Only offline"), "gs", f"show {intent.handle} --offline")
    longest = max(len(ids or ()) for _title, ids in _all_lists(reply))
    if longest:
        whole = _("All IDs as a file") if longest > MOST_SHOWN else _("Copy all")
        yield Button(whole, "gs", f"show {intent.handle} --all")


def _count(ids: Sequence[str] | None) -> str:
    return _("not told") if ids is None else str(len(ids))
