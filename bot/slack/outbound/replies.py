"""Answers to asks, sent at once and not kept; the journal's notices are delivered."""

from typing import Any

import structlog
from cachetools import TTLCache

from bot.dialogue.ask import Ask
from bot.dialogue.form import Form
from bot.dialogue.outcome import Button, Buttons, File, Outcome, Tone
from bot.i18n import _, reading_in
from bot.slack.outbound import routes
from bot.slack.outbound.routes import Destination
from bot.slack.outbound.web import Web
from bot.slack.render import blocks, modals

MOST_FORMS, FORMS_LIVE = 1000, 1800.0  # seconds that an unopened form is kept
REOPENS = "form"  # stands for a command in the button that opens a form

log = structlog.get_logger(__name__)


class Replies:
    """Sends answers through *web*.

    A form that could not be opened waits for the button under the answer: a click
    brings the right to open one, which a mention does not.
    """

    def __init__(self, web: Web) -> None:
        self.web = web
        self._unopened: TTLCache[tuple[str, str], Form] = TTLCache(
            MOST_FORMS, FORMS_LIVE
        )

    async def reply(self, ask: Ask, answer: Outcome | Form | None) -> None:
        """Open *answer* if it is a form, show it if it is an outcome."""
        with reading_in(ask.who.locale):
            if isinstance(answer, Form):
                await self._open(ask, answer)
            elif answer is not None:
                await self._show(ask, answer)
                if answer.file:
                    await self.hand_over(ask, answer.file)

    async def reopen(self, ask: Ask) -> None:
        """Open the form that the button of *ask* is for."""
        form = self._unopened.get((ask.who.user, ask.text))
        with reading_in(ask.who.locale):
            if form:
                await self._open(ask, form)
                return
            sentence = _("That form is too old. Ask for a new one.")
        await self.reply(ask, Outcome(headline=(sentence,), tone=Tone.WARN))

    async def redraw(self, ask: Ask, view: dict[str, Any]) -> None:
        """Replace the view of *ask*'s form, unless it has changed since."""
        if form := ask.submission:
            sent = await self.web.call(
                "views.update", view_id=form.view, hash=form.hash, view=view
            )
            if not sent.ok:
                log.info("view.kept", error=sent.error)

    async def publish(self, user: str, view: dict[str, Any]) -> None:
        """Show *view* as the Home tab of *user*."""
        sent = await self.web.call("views.publish", user_id=user, view=view)
        if not sent.ok:
            log.warning("home.unseen", error=sent.error)

    async def _open(self, ask: Ask, form: Form) -> None:
        view = modals.view(form)
        if ask.trigger:
            sent = await self.web.call("views.open", trigger_id=ask.trigger, view=view)
            if sent.ok:
                return
            log.warning("view.unopened", error=sent.error)
            sentence = _("Slack did not open the form in time.")
        else:
            sentence = _("Slack opens a form only after a click.")
        self._unopened[ask.who.user, form.form_id] = form
        button = Button(_("Open the form"), REOPENS, form.form_id)
        await self._show(
            ask,
            Outcome(headline=(sentence,), tone=Tone.WARN, parts=(Buttons((button,)),)),
        )

    async def _show(self, ask: Ask, outcome: Outcome) -> None:
        order = routes.ways(outcome.audience, _destination(ask))
        sent = await routes.send(self.web, order, blocks.message(outcome))
        if not sent.ok:
            log.warning("answer.refused", error=sent.error)

    async def hand_over(self, ask: Ask, file: File) -> None:
        """Upload *file* into the asker's messages with the bot; tell of a failure."""
        title = blocks.message(Outcome(headline=(file.name,)))
        sent = await self.web.post(ask.who.user, title)
        if sent.ok:
            channel = sent.channel or ""
            sent = await self.web.upload(channel, file.name, file.text)
        if not sent.ok:
            log.warning("file.refused", error=sent.error)
            sentence = _("Slack did not take the file: {error}.")
            text = sentence.format(error=sent.error)
            await self._show(ask, Outcome(headline=(text,), tone=Tone.BAD))


def _destination(ask: Ask) -> Destination:
    """Return where an answer to *ask* may go: never to the operators' channel."""
    return Destination(
        channel=ask.where.channel,
        user=ask.who.user,
        thread=ask.where.thread,
        direct=ask.where.direct,
        answer_url=ask.answer_url,
    )
