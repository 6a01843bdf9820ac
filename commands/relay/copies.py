"""`/relay copy`, `keep` and `more`: another relay like one that is on record."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from bot.dialogue.ask import Ask
from bot.dialogue.form import Form
from bot.dialogue.outcome import Bold, Button, Buttons, Outcome
from bot.errors import InvalidRequest, NotFound, UsageError
from bot.i18n import _
from bot.journal.model import Intent
from bot.operations.service import Service
from bot.resources.relay import copies, presets, quality, timers
from bot.resources.relay.again import plan_again, remarks
from bot.resources.relay.draft import THEN
from bot.resources.relay.form_copy import KEEP, STOP, copied
from bot.resources.relay.plan import KEYS, SEVERAL, plan_of
from bot.resources.relay.resource import RELAY
from bot.tencent.models.trtc.requests import StartPublishCdnStream
from commands.relay.command import READ, START, command
from commands.relay.onrecord import relay_on_record, request_now
from commands.relay.saved import faults_typed
from commands.relay.start import opened, start_or_ask

# What else can be done with a relay: a function of each part that has something.
PARTS: tuple[Callable[[Intent], Iterable[Button]], ...] = (
    copies.buttons,
    quality.button,
    timers.buttons,
    presets.buttons,
)


@command.subcommand(
    "copy",
    permit=START,
    usage="<R128> [room=…] [url=…] [then=stop] [--go] [--dry-run]",
    keys=(*KEYS, THEN),
    flags=("go",),
    several=SEVERAL,
    does=StartPublishCdnStream,
    examples=(
        "copy R128",
        "copy R128 room=630777 url=rtmp://b.example.com/live/a then=stop",
    ),
    in_thread=True,
)
async def copy(ask: Ask, service: Service) -> Outcome | Form | None:
    """Start a copy of a relay, elsewhere or beside it.

    Opens the form, filled in as that relay was; its targets are called by their
    numbers (@R128.1). then=stop stops it when Tencent says that the copy is live; if
    callbacks are off, you are asked to look. If the copy does not get there, it is not
    stopped.
    """
    token = ask.one(_("a relay: its handle or TaskId"))
    relay = await relay_on_record(ask, service, token.text)
    then = ask.value(THEN).casefold()
    if then not in {"", KEEP, STOP}:
        sentence = _("There is no “{typed}”; there is {words}.")
        text = sentence.format(typed=ask.value(THEN), words=f"{KEEP}, {STOP}")
        others = await faults_typed(ask, service, _plan(ask))
        late = timers.faults(_plan(ask), service.now())
        raise InvalidRequest({**others, **late, THEN: text})
    typed = _plan(ask)
    masked = await request_now(service, relay)
    plan = plan_again(relay, masked, typed)
    beside = copied(relay, then)
    if ask.has("dry-run") or ask.has("go"):
        return await start_or_ask(ask, service, plan | beside)
    return await opened(ask, service, plan, remarks(masked), beside)


def _plan(ask: Ask) -> dict[str, str]:
    """Return what is typed beside the relay that is copied."""
    return plan_of(replace(ask, words=replace(ask.words, ids=())))


@command.subcommand(
    "keep", permit=START, usage="<R128>", examples=("keep R128",), in_thread=True
)
async def keep(ask: Ask, service: Service) -> Outcome:
    """Keep a relay running that was to be stopped when a copy of it is live."""
    token = ask.one(_("a relay: its handle or TaskId"))
    relay = await relay_on_record(ask, service, token.text)
    if not await service.keep_original(ask, relay):
        sentence = _("{handle} does not wait for a copy to be live.")
        raise UsageError(sentence.format(handle=relay.handle))
    sentence = _("{handle} is not stopped for its copy.")
    return Outcome(
        headline=(Bold(sentence.format(handle=relay.handle)),),
        handle=relay.handle,
    )


@command.subcommand(
    "more", permit=READ, usage="<R128>", examples=("more R128",), in_thread=True
)
async def more(ask: Ask, service: Service) -> Outcome:
    """Show what else can be done with a relay."""
    token = ask.one(_("a relay: its handle or TaskId"))
    relay = await service.thing(ask.who, token.text)
    if relay is None or relay.subject.kind != RELAY:
        raise NotFound(_("No relay {text}.").format(text=token.text))
    offered = tuple(button for part in PARTS for button in part(relay))
    standing = service.resources.of(relay).standing(relay)
    return Outcome(
        headline=(Bold(f"{relay.handle} · {standing}"),),
        tone=service.resources.of(relay).tone(relay),
        parts=(Buttons(offered),) if offered else (),
        handle=relay.handle,
    )
