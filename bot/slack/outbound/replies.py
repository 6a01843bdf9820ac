"""Answers to asks, sent at once and not kept; the journal's notices are delivered.

Nobody asks twice for what was not told. So an answer waits for a Slack that takes
nothing for the moment, and goes every way that it has before it is given up.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import structlog
from cachetools import TTLCache

from bot.dialogue.ask import Ask, Person, Submission
from bot.dialogue.form import Form
from bot.dialogue.outcome import Button, Buttons, File, Outcome, Tone, as_of, line
from bot.i18n import DEFAULT_LOCALE, _, reader_locale, reading_in, slash
from bot.ids import SlackUserId
from bot.slack.outbound import routes
from bot.slack.outbound.pictures import Pictures, is_unshown
from bot.slack.outbound.routes import Destination, Way
from bot.slack.outbound.views import Views
from bot.slack.outbound.web import Sent, Web
from bot.slack.render import blocks, modals, plain
from bot.slack.render.given_back import given_back

PAUSES = (1.0, 2.0, 5.0, 10.0)  # seconds between tries of one way
LONGEST_PAUSE = 60.0
ACKED = 1.0  # seconds by which Slack shows what a form was answered with
FRESH = timedelta(seconds=1)  # for which an answer need not say of which moment it is
MOST_TOLD = 1000  # people who were told why their Home is not shown
# Slack takes a form within 3 s of the click, and once.
LATE = {
    "exchanged_trigger_id",
    "expired_trigger_id",
    "invalid_trigger_id",
    "request_timeout",
    "timeout",
}
# The form was closed or sent in, or another bot on the same journal redraws it.
MOOT = {"hash_conflict", "not_found"}

MOST_FORMS, FORMS_LIVE = 1000, 1800.0  # seconds that an unopened form is kept
REOPENS = "form"  # stands for a command in the button that opens a form

log = structlog.get_logger(__name__)


class Replies:
    """Sends answers through *web*.

    A form that could not be opened waits for the button under the answer: a click
    brings the right to open one, which a mention does not.
    """

    def __init__(
        self,
        web: Web,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.web = web
        self._now = now
        self._unopened: TTLCache[tuple[str, str], Form] = TTLCache(
            MOST_FORMS, FORMS_LIVE
        )
        self._sleep = sleep
        self.views = Views()
        self.pictures = Pictures(web, sleep, self.views)
        self._homeless: set[tuple[str, str]] = set()

    async def reply(self, ask: Ask, answer: Outcome | Form | None) -> None:
        """Open *answer* if it is a form, show it if it is an outcome."""
        with _read_by(ask.who):
            if isinstance(answer, Form):
                await self._open(ask, answer)
            elif answer is not None:
                await self._show(ask, answer)
                if answer.file:
                    await self.hand_over(ask, answer.file)

    def unopened(self, ask: Ask) -> Form | Outcome:
        """Return the form that the button of *ask* is for; too old is an answer."""
        if form := self._unopened.get((ask.who.user, ask.text)):
            return form
        with _read_by(ask.who):
            sentence = _("That form is too old. Ask for a new one.")
        return Outcome(headline=(sentence,), tone=Tone.WARN)

    async def redraw(
        self, ask: Ask, draw: Callable[[Ask], Awaitable[Form | Outcome]]
    ) -> None:
        """Show what *draw* makes of the choice *ask*: the form anew, or why not.

        It waits for what redraws the same form, and is dropped if that has closed it,
        or made another form of it.
        """
        if ask.submission is None:
            return
        async with self.views.turn(ask.submission.view):
            now = self.views.made_now(ask)
            if now is None or now.submission is None:
                log.info("view.moved-on")
                return
            drawn = await draw(now)
            if isinstance(drawn, Form):
                sent = await self._redrawn(now.submission, drawn, ask.who)
        if isinstance(drawn, Outcome):
            await self.reply(ask, drawn)
        elif sent.ok or sent.error in MOOT:
            log.info("view.updated", error=sent.error)
            with _read_by(ask.who):
                await self.pictures.add(drawn, sent)
        else:
            log.warning("view.kept", error=sent.error)
            with _read_by(ask.who):
                text = _("Slack did not redraw the form: {error}. Send it in as it is.")
                await self._warn(ask, text.format(error=sent.error))

    async def _redrawn(self, old: Submission, form: Form, who: Person) -> Sent:
        """Show *form* in place of what *old* stands in."""
        with _read_by(who):
            to = {"view_id": old.view, "hash": old.hash}
            sent = await self._form("views.update", form, **to)
        self.views.stands(old.view, old.hash, form, sent)
        return sent

    async def follow(self, ask: Ask, answer: Outcome | Form | None) -> None:
        """Reply to *ask* after Slack was told to wait: a form stands where it stood."""
        if isinstance(answer, Form):
            with _read_by(ask.who):
                view = modals.view(self.pictures.known(answer))
            if await self._in_its_view(ask, view):
                return
        await self.reply(ask, answer)

    async def give_back(
        self, ask: Ask, sent: Mapping[str, Any], faults: Mapping[str, str]
    ) -> None:
        """Show the view *sent* in by *ask* again, filled in, and its *faults*.

        They are told as an answer where it is closed, or nothing can be mended in it.
        """
        if sent.get("blocks"):
            with _read_by(ask.who):
                body = given_back(sent, faults)
            if await self._in_its_view(ask, body):
                return
        await self.reply(ask, modals.unplaced(faults))

    async def _in_its_view(self, ask: Ask, body: dict[str, Any]) -> bool:
        """Show *body* where the submission *ask* said that it takes a while."""
        if ask.submission is None:
            return False
        view = ask.submission.view
        await self._sleep(ACKED)
        async with self.views.turn(view):
            shown = await self.web.call("views.update", view=body, view_id=view)
        if not shown.ok:
            log.warning("view.gone", error=shown.error)
        return shown.ok

    async def publish(self, user: str, view: dict[str, Any]) -> None:
        """Show *view* as the Home tab of *user*, who is told once why it is not."""
        sent = await self._view("views.publish", view, user_id=user)
        if sent.ok:
            return
        log.warning("home.unseen", error=sent.error)
        why = (user, sent.error)
        if why not in self._homeless and len(self._homeless) < MOST_TOLD:
            self._homeless.add(why)
            sentence = _("Slack did not show the Home tab: {error}. Type {command}.")
            text = sentence.format(error=sent.error, command=slash("patchbay"))
            warning = blocks.message(Outcome(headline=(text,), tone=Tone.WARN))
            await self._send((routes.Direct(SlackUserId(user)),), warning)

    async def hand_over(self, ask: Ask, file: File) -> None:
        """Upload *file* into the asker's messages with the bot; tell of a failure."""
        title = blocks.message(Outcome(headline=(file.name,)))
        sent = await self._send((routes.Direct(ask.who.user),), title)
        if sent.ok:
            channel = sent.channel or ""
            sent = await self.web.upload(channel, file.name, file.text)
        if not sent.ok:
            log.warning("file.refused", error=sent.error)
            sentence = _("Slack did not take the file: {error}.")
            text = sentence.format(error=sent.error)
            await self._show(ask, Outcome(headline=(text,), tone=Tone.BAD))

    # ── forms ───────────────────────────────────────────────────────────────────

    async def _open(self, ask: Ask, form: Form) -> None:
        if not ask.trigger:
            await self._offer(ask, form, _("Slack opens a form only after a click."))
            return
        sent = await self._form("views.open", form, trigger_id=ask.trigger)
        if sent.ok:
            await self.pictures.add(form, sent)
            return
        log.warning("view.unopened", error=sent.error)
        if sent.error in LATE:
            await self._offer(ask, form, _("Slack did not open the form in time."))
        elif sent.transient:
            sentence = _("Slack could not open the form just now: {error}.")
            await self._offer(ask, form, sentence.format(error=sent.error))
        else:
            sentence = _("Slack refused the form: {error}.")
            await self._warn(ask, sentence.format(error=sent.error))

    async def _form(self, method: str, form: Form, **to: str) -> Sent:
        """Show *form* with its pictures; in words if Slack has lost one of them."""
        view = modals.view(self.pictures.known(form))
        sent = await self._view(method, view, **to)
        if is_unshown(sent):
            self.pictures.forget(form)
            sent = await self._view(method, modals.view(form), **to)
        return sent

    async def _view(self, method: str, view: dict[str, Any], **to: str) -> Sent:
        """Send *view*, in the oldest layout if Slack refuses the other."""
        sent = await self.web.call(method, view=view, **to)
        oldest = plain.reduced(view.get("blocks") or [])
        again = sent.refused and sent.error not in LATE | MOOT
        if again and not is_unshown(sent) and oldest and oldest != view["blocks"]:
            log.error("view.unshowable", method=method, error=sent.error)
            sent = await self.web.call(method, view={**view, "blocks": oldest}, **to)
        return sent

    async def _offer(self, ask: Ask, form: Form, sentence: str) -> None:
        """Say that *form* did not open, with a button that opens it."""
        self._unopened[ask.who.user, form.form_id] = form
        button = Button(_("Open the form"), REOPENS, form.form_id)
        parts = (Buttons((button,)),)
        await self._show(
            ask, Outcome(headline=(sentence,), tone=Tone.WARN, parts=parts)
        )

    async def _warn(self, ask: Ask, sentence: str) -> None:
        advice = line(_("Tell whoever runs this bot."), quiet=True)
        warning = Outcome(headline=(sentence,), tone=Tone.WARN, parts=(advice,))
        await self._show(ask, warning)

    # ── ways ────────────────────────────────────────────────────────────────────

    async def _show(self, ask: Ask, outcome: Outcome) -> None:
        replaces = ask.replaces and not outcome.beside
        destination = _destination(ask, replaces=replaces)
        order = routes.ways(outcome.audience, destination)
        await self._send(order, blocks.message(outcome))

    async def _send(self, order: tuple[Way, ...], body: Mapping[str, Any]) -> Sent:
        """Send *body*, just drawn, by the first way of *order* that works, or soon."""
        sent, at = Sent(ok=False), self._now()
        late = dated(body, at)
        for way in order:
            sent = await self._try(routes.told_after(way, sent.error), body, late)
            if sent.ok:
                return sent
            log.info("answer.refused", way=type(way).__name__, error=sent.error)
            body = body if abs(self._now() - at) < FRESH else late
        log.error("answer.untold", error=sent.error)
        return sent

    async def _try(
        self, way: Way, body: Mapping[str, Any], late: Mapping[str, Any]
    ) -> Sent:
        """Try *way* until Slack has taken or refused *body*, or the pauses are over.

        After a time-out it may have arrived: it is tried but once more. What comes
        *late* says of which moment it is.
        """
        sent = await routes.send(self.web, (way,), body)
        for pause in PAUSES:
            if not sent.transient:
                break
            maybe = sent.error == "timeout"
            await self._sleep(min(max(pause, sent.retry_after), LONGEST_PAUSE))
            sent = await routes.send(self.web, (way,), late)
            if maybe:
                break
        return sent


def _read_by(who: Person) -> AbstractContextManager[None]:
    """Draw for *who*, in the language that came with the ask or is known by now."""
    stated = who.locale != DEFAULT_LOCALE  # else it may have become known meanwhile
    return reading_in(who.locale if stated else reader_locale())


def dated(body: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
    """Return *body* with the moment of which it tells; text alone stays as it is."""
    if not body.get("blocks"):
        return body
    added = blocks.message(Outcome(headline=("",), parts=(as_of(at),)))["blocks"][-1:]
    return {**body, "blocks": [*body["blocks"], *added]}


def _destination(ask: Ask, *, replaces: bool) -> Destination:
    """Return where an answer to *ask* may go: never to the operators' channel."""
    return Destination(
        channel=ask.where.channel,
        user=ask.who.user,
        thread=ask.where.thread,
        direct=ask.where.direct,
        answer_url=ask.answer_url,
        replaces=replaces,
        trigger=ask.trigger,
        home=ask.in_home,
    )
