"""`/relay timer`: say when a relay that runs is to be stopped, or that it is not."""

from bot.access.policy import Wish
from bot.dialogue.ask import Ask
from bot.dialogue.form import Form
from bot.dialogue.outcome import Bold, Outcome, Tone, When, said
from bot.errors import IllegalMove, InvalidRequest, NotFound, UsageError
from bot.i18n import _
from bot.journal.model import Intent
from bot.operations.service import Service
from bot.resources.relay.form_timer import stop_at_form
from bot.resources.relay.plan import Plan, chosen_app
from bot.resources.relay.timers import FOR, UNTIL, moment_in
from bot.states import OVER
from bot.tencent.models.trtc.requests import StopPublishCdnStream
from commands.relay.command import TIMER, command
from commands.relay.onrecord import relay_of

KEPT = "relay"  # what an open form is about


@command.subcommand(
    "timer",
    permit=TIMER,
    usage="<R128> [for=2h | until=18:00] [--off]",
    keys=(FOR, UNTIL),
    flags=("off",),
    examples=("timer R128 for=2h", "timer R128 until=18:00", "timer R128 --off"),
    in_thread=True,
)
async def timer(ask: Ask, service: Service) -> Outcome | Form:
    """Say when a relay is to be stopped; it takes the place of an earlier time.

    for=2h counts from now, until=18:00 is a time of your own zone. Without either a
    form asks. The thread is told ten minutes before. --off lets the relay run on. The
    stop is made in your name, if you may stop the relay then.
    """
    named = ask.one(_("a relay: its handle or TaskId"))
    relay = await relay_of(ask, service, named.text)
    plan = {key: ask.value(key) for key in (FOR, UNTIL)}
    if ask.has("off"):
        if any(plan.values()):
            raise UsageError(_("Say either a time or --off."))
        return await _off(ask, service, relay)
    if any(plan.values()):
        return await _set(ask, service, relay, plan)
    return stop_at_form(relay, await service.open_form(ask, {KEPT: relay.id}))


@command.form("timer", permit=TIMER)
async def submit_timer(ask: Ask, service: Service) -> Outcome:
    """Set the time that the form says."""
    placed, kept = await service.returned(ask)
    relay = await service.thing(ask.who, kept.get(KEPT, ""))
    if relay is None:
        raise NotFound(_("That relay is not on record any more."))
    form = placed.submission
    plan = {key: form.text(key) if form else "" for key in (FOR, UNTIL)}
    if not any(plan.values()):
        raise InvalidRequest({FOR: _("Say how long, or until when.")})
    return await _set(placed, service, relay, plan)


async def _set(ask: Ask, service: Service, relay: Intent, plan: Plan) -> Outcome:
    """Let *relay* be stopped as *plan* says, in the name of whoever asks."""
    app = chosen_app({"app": str(relay.subject.sdk_app_id)}, service.apps)
    service.check(ask, Wish.of(StopPublishCdnStream, app))  # or it would be refused
    at = moment_in(plan, relay, service.now(), service.zone(ask.who))
    if at is None or relay.state in OVER:
        return _over(relay)
    try:
        changed = await service.set_timer(ask, relay, at)
    except IllegalMove:
        return _over(relay)
    return Outcome(
        headline=said(
            _("{handle}: stop due {when}"),
            handle=Bold(changed.handle),
            when=When(changed.stop_at or at),
        ),
        handle=changed.handle,
    )


async def _off(ask: Ask, service: Service, relay: Intent) -> Outcome:
    """Let *relay* run on without a timer."""
    try:
        dropped = await service.drop_timer(ask, relay)
    except IllegalMove:
        return _over(relay)
    sentence = (
        _("{handle} has no timer any more.") if dropped else _("{handle} has no timer.")
    )
    return Outcome(
        headline=(Bold(sentence.format(handle=relay.handle)),),
        handle=relay.handle,
    )


def _over(relay: Intent) -> Outcome:
    sentence = _("{handle} is over, or is being stopped: no timer was changed.")
    return Outcome(
        headline=(Bold(sentence.format(handle=relay.handle)),),
        tone=Tone.OVER,
        handle=relay.handle,
    )
