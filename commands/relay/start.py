"""`/relay start`: by form, or at once."""

from dataclasses import replace

from bot.dialogue.ask import Ask
from bot.dialogue.form import Form
from bot.dialogue.outcome import Outcome, line
from bot.errors import InvalidRequest, UsageError
from bot.i18n import _
from bot.ids import agent_for
from bot.operations.forms import shown_after
from bot.operations.orders import Order
from bot.operations.service import Service
from bot.resources.relay.form import plan_from, start_form
from bot.resources.relay.plan import (
    KEYS,
    check_words,
    chosen_app,
    complete,
    plan_of,
    prepared_from,
)
from bot.tencent.models.trtc.requests import StartPublishCdnStream
from commands.relay.command import command


@command.subcommand(
    "start",
    usage="[room] [key=value…] [--go] [--dry-run]",
    keys=(*KEYS, "again"),
    flags=("go",),
    does=StartPublishCdnStream,
    examples=(
        "start",
        "start 295066 url=rtmp://push.example.com/live/a --go",
        "start “room one” type=text quality=1080p30",
        "start json={…} --dry-run",
    ),
)
async def start(ask: Ask, service: Service) -> Outcome | Form | None:
    """Start a relay.

    Opens the form, filled in with what was typed. With --go and all that is
    required, it starts at once; with --dry-run it shows the request and sends
    nothing. With --again it starts even if the same relay is running.
    """
    service.check_any_app(ask, StartPublishCdnStream)
    plan = plan_of(ask)
    check_words(plan)
    if ask.has("dry-run") or (ask.has("go") and complete(plan)):
        return await _start(ask, service, plan, again=_again(ask))
    chosen_app({"app": plan["app"]} if plan.get("app") else {}, service.apps[:1])
    kept = {**plan, "again": " ".join(_again(ask))}
    return start_form(plan, service.apps, await service.open_form(ask, kept))


@command.redraw("start")
async def redraw_start(ask: Ask, service: Service) -> Form:
    """Draw the form for the choices made so far."""
    form = ask.submission
    if form is None:
        raise UsageError(_("That was not a form."))
    return start_form(plan_from(form), service.apps, form.form_id)


@command.form("start")
async def submit_start(ask: Ask, service: Service) -> Outcome | None:
    """Start what the form says; faults go back to their fields."""
    placed, kept = await service.returned(ask)
    plan = plan_from(placed.submission) if placed.submission else {}
    if not plan.get("json") and not plan.get("room"):
        raise InvalidRequest({"room": _("Say which room, or paste a request below.")})
    if not plan.get("json") and not plan.get("url"):
        raise InvalidRequest({"url": _("Say where to: one rtmp:// address at least.")})
    answer = await _start(
        placed, service, plan, again=frozenset(kept.get("again", "").split())
    )
    return shown_after(placed, answer)


def _again(ask: Ask) -> frozenset[str]:
    """Return the handles of the like of it that the asker knows of."""
    return frozenset(ask.value("again").replace(",", " ").upper().split())


async def _start(
    ask: Ask, service: Service, plan: dict[str, str], *, again: frozenset[str]
) -> Outcome | None:
    new = service.new_id()
    agent = agent_for(new)
    prepared = prepared_from(plan, service.apps, agent)
    order = Order(
        id=new,
        request=prepared.request,
        app=prepared.app,
        region=prepared.region,
        room=prepared.request.room_id,
        agent=agent,
        note=prepared.note,
        again=again,
    )
    answer = await service.submit(ask, order)
    if answer is None or not prepared.remarks:
        return answer
    remarks = tuple(line(remark) for remark in prepared.remarks)
    return replace(answer, parts=(*answer.parts, *remarks))
