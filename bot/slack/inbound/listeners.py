"""Bolt, with one catch-all listener for each kind of payload.

A listener turns the payload into an ask, gives it to the router, and acks with the
answer. It does no work of its own: what takes longer runs in tasks. So
`process_before_response` costs nothing, and Bolt's polling for the ack is not needed.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse

from bot.dialogue.ask import Ask, Person
from bot.dialogue.form import Form, Option
from bot.dialogue.outcome import Audience, Outcome, Tone, line
from bot.errors import InvalidRequest
from bot.i18n import _, reading_in
from bot.runtime.tasks import Tasks
from bot.slack.directory import SlackDirectory
from bot.slack.inbound import payloads
from bot.slack.outbound.replies import Replies
from bot.slack.render import blocks, modals

Answer = Outcome | Form | None
Body = dict[str, Any]

SERVER_ERROR = 500
PATIENCE = 2.5  # seconds; Slack gives up after 3
ANYTHING = re.compile(r"^.*$", re.DOTALL)

log = structlog.get_logger(__name__)


class Dispatcher(Protocol):
    """What answers asks: `bot.routing.router.Router`."""

    @property
    def commands(self) -> Mapping[str, Any]:
        """The commands by name."""

    def new_incident(self) -> str:
        """Return a short name under which the log says what broke."""

    async def answer(self, ask: Ask) -> Answer:
        """Return the answer; an error is an answer too, and is never raised."""

    async def submit(self, ask: Ask) -> Answer:
        """Return the answer to a form; raises `InvalidRequest`, which names fields."""

    async def redraw(self, ask: Ask) -> Form:
        """Return the form as it is after a choice."""

    async def options(
        self, command: str, source: str, query: str, who: Person
    ) -> tuple[Option, ...]:
        """Return what a select offers for *query*, from memory."""

    async def home(self, who: Person) -> Outcome:
        """Return what the Home tab shows."""


class Listeners:
    """Gives what Slack sends to *router*, and the answers to Slack.

    *prefix* stands before every command's name. What takes longer than
    *patience* seconds is acked, and answered later.
    """

    def __init__(
        self,
        router: Dispatcher,
        replies: Replies,
        directory: SlackDirectory,
        tasks: Tasks,
        *,
        prefix: str = "",
        patience: float = PATIENCE,
    ) -> None:
        self._router = router
        self._replies = replies
        self._directory = directory
        self._tasks = tasks
        self._prefix = prefix
        self._patience = patience
        self.app = self._bolt()

    async def dispatch(
        self, request: AsyncBoltRequest, body: Mapping[str, Any]
    ) -> BoltResponse:
        """Let Bolt answer a request that the guard admitted; always in 2xx or 4xx."""
        try:
            response = await self.app.async_dispatch(request)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - a 5xx would tell the person nothing
            return BoltResponse(status=200, body=self._broken(body, error))
        if response.status >= SERVER_ERROR:
            return BoltResponse(status=200, body=self._broken(body, None))
        return response

    def _broken(self, body: Mapping[str, Any], error: Exception | None) -> str | Body:
        """Return what is shown when something broke before the router was reached."""
        incident = self._router.new_incident()
        log.error("listeners.broke", incident=incident, exc_info=error)
        outcome = Outcome(
            headline=(_("Something went wrong on my side; nothing was sent."),),
            tone=Tone.BAD,
            parts=(
                line(_("Incident {incident}.").format(incident=incident), quiet=True),
            ),
        )
        if body.get("type") == "view_submission":
            return {"response_action": "update", "view": modals.closing(outcome)}
        if "command" not in body:
            return ""
        return {"response_type": "ephemeral", **blocks.message(outcome)}

    def _bolt(self) -> AsyncApp:
        async def authorize() -> AuthorizeResult:
            """Return what the directory holds: one workspace, identified once."""
            return self._directory.authorized

        app = AsyncApp(
            authorize=authorize,
            client=self._replies.web.client,
            process_before_response=True,
            request_verification_enabled=False,  # the guard has, on the raw bytes
            ssl_check_enabled=False,
        )
        app.command(ANYTHING)(self._command)
        app.action(ANYTHING)(self._action)
        app.view(ANYTHING)(self._submission)
        app.options(ANYTHING)(self._options)
        app.shortcut(ANYTHING)(self._shortcut)
        app.event("app_mention")(self._mention)
        app.event("message")(self._message)
        app.event("app_home_opened")(self._home)
        app.error(self._failed)
        return app

    async def _failed(self, error: Exception, body: Body) -> BoltResponse:
        """Return an answer that the person sees for what a listener raised."""
        return BoltResponse(status=200, body=self._broken(body, error))

    # ── what is typed, clicked and sent in ──────────────────────────────────────

    async def _command(self, ack: AsyncAck, body: Body) -> None:
        locale = self._directory.locale(str(body["user_id"]))
        ask = payloads.command(body, self._prefix, locale)
        self._directory.look_up_later(ask.who)
        answer, late = await self._in_time(ask, self._router.answer)
        if late:
            await ack(text=_("Still working on it; the answer follows here."))
        elif isinstance(answer, Outcome) and answer.audience is Audience.ASKER:
            with reading_in(locale):
                await ack(**blocks.message(answer), response_type="ephemeral")
            if answer.file:
                self._later(self._replies.hand_over(ask, answer.file), ask)
        else:
            await ack()
            self._later(self._replies.reply(ask, answer), ask)

    async def _action(self, ack: AsyncAck, body: Body) -> None:
        await ack()
        action = body["actions"][0]
        action_id = str(action.get("action_id", ""))
        user = str(body["user"]["id"])
        locale = self._directory.locale(user)
        if action_id.startswith("do:"):
            ask = payloads.button(body, action, locale)
            self._directory.look_up_later(ask.who)
            self._later(self._answer(ask), ask)
        elif action_id.startswith("field:"):
            changed = action_id.removeprefix("field:")
            ask = payloads.submission(body, locale, changed=changed)
            self._later(self._redraw(ask), ask)

    async def _submission(self, ack: AsyncAck, body: Body) -> None:
        locale = self._directory.locale(str(body["user"]["id"]))
        if not modals.is_form(body["view"]):
            with reading_in(locale):
                done = Outcome(headline=(_("This form is done."),))
                await ack(response_action="update", view=modals.closing(done))
            return
        ask = payloads.submission(body, locale)
        self._directory.look_up_later(ask.who)
        try:
            answer, late = await self._in_time(ask, self._router.submit)
        except InvalidRequest as refused:
            inputs = modals.inputs(body["view"])
            faults = modals.faults(inputs, refused.faults)
            await ack(response_action="errors", errors=faults)
            return
        if late:
            answer = Outcome(headline=(_("Still working on it."),), tone=Tone.WAIT)
        if answer is None:
            await ack(response_action="clear")
            return
        with reading_in(locale):
            view = (
                modals.view(answer)
                if isinstance(answer, Form)
                else modals.closing(answer)
            )
        await ack(response_action="update", view=view)

    async def _options(self, ack: AsyncAck, body: Body) -> None:
        locale = self._directory.locale(str(body["user"]["id"]))
        _pick, command, source, _name = str(body["action_id"]).split(":", 3)
        who = payloads.who_in(body, locale)
        with reading_in(locale):
            query = str(body.get("value", ""))
            offered = await self._router.options(command, source, query, who)
            await ack(**modals.options(offered))

    async def _shortcut(self, ack: AsyncAck, body: Body) -> None:
        await ack()
        ask = payloads.shortcut(body, self._directory.locale(str(body["user"]["id"])))
        self._later(self._answer(ask), ask)

    # ── events ──────────────────────────────────────────────────────────────────

    async def _mention(self, body: Body) -> None:
        event = body["event"]
        if event.get("bot_id") or event.get("hidden") or not event.get("user"):
            return  # what a program writes is no command
        locale = self._directory.locale(str(event["user"]))
        ask = payloads.mention(body, self._router.commands, self._prefix, locale)
        self._directory.look_up_later(ask.who)
        if event.get("edited"):
            self._later(self._refuse_edit(ask), ask)
        else:
            self._later(self._answer(ask), ask)

    async def _message(self, body: Body) -> None:
        event = body["event"]
        by_a_bot = event.get("subtype") or event.get("bot_id")
        by_a_person = event.get("user") and not by_a_bot
        if event.get("channel_type") == "im" and by_a_person:
            await self._mention(body)

    async def _home(self, body: Body) -> None:
        event = body["event"]
        if event.get("tab", "home") != "home":
            return
        user = str(event["user"])
        who = payloads.who_in(
            {"user": {"id": user}, "team": {"id": body.get("team_id", "")}},
            self._directory.locale(user),
        )
        self._tasks.spawn(self._publish(who), name=f"home {user}")

    # ── work behind the ack ─────────────────────────────────────────────────────

    async def _answer(self, ask: Ask) -> None:
        with reading_in(ask.who.locale):
            answer = await self._router.answer(ask)
        await self._replies.reply(ask, answer)

    async def _refuse_edit(self, ask: Ask) -> None:
        """Carry out nothing: the message as it was first sent has been answered."""
        with reading_in(ask.who.locale):
            sentence = _("An edited message is not carried out. Send it as a new one.")
            outcome = Outcome(headline=(sentence,), tone=Tone.WARN)
        await self._replies.reply(ask, outcome)

    async def _redraw(self, ask: Ask) -> None:
        with reading_in(ask.who.locale):
            view = modals.view(await self._router.redraw(ask))
        await self._replies.redraw(ask, view)

    async def _publish(self, who: Person) -> None:
        with reading_in(who.locale):
            view = blocks.home(await self._router.home(who))
        await self._replies.publish(who.user, view)

    async def _in_time(
        self, ask: Ask, serve: Callable[[Ask], Awaitable[Answer]]
    ) -> tuple[Answer, bool]:
        """Return the answer, or True if it will be told later."""
        with reading_in(ask.who.locale):
            working = asyncio.ensure_future(serve(ask))
        done, _pending = await asyncio.wait({working}, timeout=self._patience)
        if done:
            return working.result(), False
        self._later(self._tell_when_done(ask, working), ask)
        return None, True

    async def _tell_when_done(
        self, ask: Ask, working: "asyncio.Future[Answer]"
    ) -> None:
        try:
            answer = await working
        except InvalidRequest as refused:
            sentences = " ".join(refused.faults.values())
            answer = Outcome(headline=(sentences,), tone=Tone.WARN)
        await self._replies.reply(ask, answer)

    def _later(self, work: Any, ask: Ask) -> None:
        self._tasks.spawn(work, name=f"{ask.surface} {ask.command}")


def bolt_request(**arguments: Any) -> AsyncBoltRequest | None:
    """Return a request for Bolt; None if its payload has a shape unknown to Slack.

    Bolt looks into a payload before anything can catch what that raises.
    """
    try:
        return AsyncBoltRequest(**arguments)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        log.warning("payload.misshapen", why=type(error).__name__)
        return None
