"""Bolt, with one catch-all listener for each kind of payload.

A listener turns the payload into an ask, gives it to the router, and acks with the
answer. It does no work of its own: what takes longer runs in tasks. So
`process_before_response` costs nothing, and Bolt's polling for the ack is not needed.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from functools import partial
from typing import Any

import structlog
from cachetools import TTLCache
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse

from bot.dialogue.ask import Ask, Person
from bot.dialogue.form import Form
from bot.dialogue.outcome import Outcome, Tone
from bot.errors import InvalidRequest
from bot.i18n import _, once_known, reading_in
from bot.runtime.tasks import Tasks
from bot.slack.directory import SlackDirectory
from bot.slack.inbound import payloads
from bot.slack.inbound.early import broken, not_connected, unlisted
from bot.slack.inbound.kinds import PayloadKind, alarm_in, kind_of, meaning_of
from bot.slack.inbound.lanes import BehindAck, Lanes
from bot.slack.inbound.tabs import Answer, Dispatcher, HomeTabs
from bot.slack.outbound.replies import REOPENS, Replies
from bot.slack.render import blocks, modals
from bot.slack.render.origin import shown_in

Body = dict[str, Any]

SERVER_ERROR = 500
PATIENCE = 2.5  # seconds; Slack gives up after 3
MOST_MESSAGES, REPEATED_FOR = 10_000, 24 * 3600.0  # seconds that Slack may send again
ALARM_AGAIN = 600.0  # seconds; Slack tells of dropped events every minute
ANYTHING = re.compile(r"^.*$", re.DOTALL)

log = structlog.get_logger(__name__)


class Listeners:
    """Gives what Slack sends to *router*, and the answers to Slack.

    *prefix* stands before every command's name. What takes longer than
    *patience* seconds is acked, and answered later.
    """

    def __init__(  # noqa: PLR0913 - what is asked, and all ways back
        self,
        router: Dispatcher,
        replies: Replies,
        directory: SlackDirectory,
        tasks: Tasks,
        *,
        homes: HomeTabs,
        prefix: str = "",
        patience: float = PATIENCE,
    ) -> None:
        self._router = router
        self.lanes = Lanes(router, prefix)
        self._replies = replies
        self._directory = directory
        self._tasks = tasks
        self._homes = homes
        self._prefix, self._patience = prefix, patience
        self._behind_ack = BehindAck(router)
        timer = directory.timer
        self._came: TTLCache[str, bool] = TTLCache(MOST_MESSAGES, REPEATED_FOR, timer)
        self._alarmed: TTLCache[str, bool] = TTLCache(10, ALARM_AGAIN, timer)
        self.app = self._bolt()

    async def dispatch(
        self, request: AsyncBoltRequest, body: Mapping[str, Any]
    ) -> BoltResponse:
        """Answer a request that the guard admitted: with 2xx, and through Bolt.

        Before it is known where the bot is installed an event is answered with 503:
        Slack sends it again.
        """
        kind = kind_of(body)
        if kind is PayloadKind.NOTHING:
            log.info("payload.unused", type=str(body.get("type"))[:40])
            return BoltResponse(status=200, body="")
        if kind is PayloadKind.ALARM:
            return self._alarm(alarm_in(body))
        if kind is PayloadKind.PEOPLE:
            self._directory.take(body["event"])
            return BoltResponse(status=200, body="")
        if kind is not PayloadKind.HANDSHAKE and not self._directory.installed:
            return self._too_early(kind, body)
        if kind is PayloadKind.REACTION:
            self._tasks.spawn(self._reacted(body), name="reaction")
            return BoltResponse(status=200, body="")
        return await self._through_bolt(request, body)

    async def _through_bolt(
        self, request: AsyncBoltRequest, body: Mapping[str, Any]
    ) -> BoltResponse:
        try:
            response = await self.app.async_dispatch(request)
        except Exception as error:  # noqa: BLE001 - a 5xx would tell the person nothing
            return BoltResponse(status=200, body=self._broken(body, error))
        if response.status >= SERVER_ERROR:
            return BoltResponse(status=200, body=self._broken(body, None))
        return response

    def _broken(self, body: Mapping[str, Any], error: Exception | None) -> str | Body:
        """Return what is shown when something broke before the router was reached."""
        incident = self._router.new_incident()
        log.error("listeners.broke", incident=incident, exc_info=error)
        outcome = broken(incident)
        if body.get("type") == "view_submission":
            return {"response_action": "update", "view": modals.closing(outcome)}
        if "command" not in body:
            return ""
        return {"response_type": "ephemeral", **blocks.message(outcome)}

    def _alarm(self, name: str) -> BoltResponse:
        """Log that Slack did something to the app, and tell the operators."""
        log.critical("slack.alarm", name=name)
        if name not in self._alarmed:
            self._alarmed[name] = True
            alarm = self._router.alarm(name, meaning_of(name))
            self._tasks.spawn(alarm, name=f"alarm {name}")
        return BoltResponse(status=200, body="")

    def _too_early(self, kind: PayloadKind, body: Mapping[str, Any]) -> BoltResponse:
        """Say that nothing was done, in the first way that is open."""
        log.warning("payload.too-early", kind=kind.value)
        early = not_connected(kind, body)
        if early.ask:
            self._later(self._tell_early(early.ask, early.outcome), early.ask)
        return BoltResponse(status=early.status, body=early.body)

    async def _tell_early(self, ask: Ask, outcome: Outcome) -> None:
        """Tell what became of a click: at once if that needs no token, or later."""
        if ask.answer_url is None:
            await self._directory.identified.wait()
        await self._replies.reply(ask, outcome)

    def _bolt(self) -> AsyncApp:
        async def authorize() -> AuthorizeResult:
            """Return what the directory holds: one workspace, identified once."""
            return self._directory.authorized

        app = AsyncApp(
            name="patchbay",  # else the library reads the source of all who call it
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
        with self._read_by(ask.who):
            answer, late = await self._in_time(ask, self._router.answer)
            if late:
                await ack(text=_("Still working on it; the answer follows here."))
            elif isinstance(answer, Outcome) and answer.fits_ack:
                await ack(**blocks.message(answer), response_type="ephemeral")
                if answer.file:
                    self._later(self._replies.hand_over(ask, answer.file), ask)
            else:
                await ack()
                self._later(self._replies.reply(ask, answer), ask)

    async def _action(self, ack: AsyncAck, body: Body) -> None:
        action = body["actions"][0]
        action_id = str(action.get("action_id", ""))
        locale = self._directory.locale(str(body["user"]["id"]))
        if action_id.startswith("do:"):
            ask = payloads.button(body, action, locale)
            self._directory.look_up_later(ask.who)
            if (body.get("view") or {}).get("type") == "home":
                self._homes.seen(ask.who)
            if ask.command == REOPENS:
                self._later(self._reopen(ask), ask)
            else:
                await self._until_durable(ask)
        elif action_id.startswith("field:"):
            field = action_id.removeprefix("field:")
            ask = payloads.submission(body, locale, changed=field)
            self._later(self._replies.redraw(ask, self._drawn), ask)
        await ack()

    async def _submission(self, ack: AsyncAck, body: Body) -> None:
        locale = self._directory.locale(str(body["user"]["id"]))
        if not modals.is_form(body["view"]):
            with reading_in(locale):
                done = Outcome(headline=(_("This form is done."),))
                await ack(response_action="update", view=modals.closing(done))
            return
        ask = payloads.submission(body, locale)
        self._directory.look_up_later(ask.who)
        with self._read_by(ask.who):
            await self._submitted(ack, ask, body["view"])

    async def _submitted(self, ack: AsyncAck, ask: Ask, view: payloads.Payload) -> None:
        """Ack the form *ask*, sent in as *view*, with what it leads to."""
        try:
            answer, late = await self._in_time(ask, self._router.submit, view)
        except InvalidRequest as refused:
            if faults := modals.faults(payloads.inputs(view), refused.faults):
                await ack(response_action="errors", errors=faults)
                return
            answer, late = modals.unplaced(refused.faults), False
        if late:
            answer = Outcome(headline=(_("Still working on it."),), tone=Tone.WAIT)
        if answer is None:
            await ack(response_action="clear")
            return
        shown = (
            modals.view(self._replies.pictures.known(answer))
            if isinstance(answer, Form)
            else modals.closing(answer)
        )
        await ack(response_action="update", view=shown)

    async def _options(self, ack: AsyncAck, body: Body) -> None:
        locale = self._directory.locale(str(body["user"]["id"]))
        _pick, command, source, _name = str(body["action_id"]).split(":", 3)
        filler, form = payloads.filler(body, locale)
        query = str(body.get("value", ""))
        with reading_in(locale):
            try:
                async with asyncio.timeout(self._patience):
                    who = await self._directory.placed(filler)
                    asked = command, source, query, who, form
                    offered = await self._router.options(*asked)
            except Exception:  # else Slack's own words stand there, or nothing
                log.exception("options.failed", command=command, source=source)
                offered = unlisted(query)
            await ack(**modals.options(offered))

    async def _shortcut(self, ack: AsyncAck, body: Body) -> None:
        await ack()
        ask = payloads.shortcut(body, self._directory.locale(str(body["user"]["id"])))
        self._later(self._answer(ask), ask)

    # ── events ──────────────────────────────────────────────────────────────────

    async def _mention(self, body: Body) -> None:
        event = body["event"]
        locale = self._directory.locale(str(event["user"]))
        ask = payloads.mention(body, self._router.first_words, self._prefix, locale)
        self._directory.look_up_later(ask.who)
        edited = (event.get("edited") or {}).get("ts", "")
        delivery = f"{ask.key}:{edited}"
        if delivery in self._came:
            return  # Slack sends it again where it did not hear the ack
        self._came[delivery] = True
        if edited:
            self._later(self._refuse_edit(ask), ask)
        else:
            await self._until_durable(ask)

    async def _message(self, body: Body) -> None:
        if kind_of(body) is PayloadKind.EDIT:
            body = {**body, "event": payloads.edited(body["event"])}
        await self._mention(body)

    async def _reacted(self, body: Mapping[str, Any]) -> None:
        """Let whoever reacts to an alert take it; any other message says nothing."""
        item, user = body["event"]["item"], str(body["event"]["user"])
        if alert := await self._router.alert_at(item["channel"], item["ts"]):
            locale = self._directory.locale(user)
            await self._answer(payloads.reaction(body, alert, locale))

    async def _home(self, body: Body) -> None:
        locale = self._directory.locale(str(body["event"]["user"]))
        self._homes.opened(payloads.writer(body, locale))

    # ── work behind the ack ─────────────────────────────────────────────────────

    async def _until_durable(self, ask: Ask) -> None:
        """Have *ask* answered; return once no kill loses it any more, or it is late."""
        answered = asyncio.Event()
        self._later(self._answer(ask, answered), ask)
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                await answered.wait()

    async def _answer(self, ask: Ask, answered: asyncio.Event | None = None) -> None:
        """Answer *ask*; what it leads to is durable once *answered* is set."""
        try:
            ask = await self._with_parent(ask)
            async with self._behind_ack.turn(ask):
                ask = await self._placed(ask)
                with self._read_by(ask.who):
                    answer = await self._router.answer(ask)
        finally:
            if answered:
                answered.set()
        with self._read_by(ask.who):
            await self._replies.reply(ask, answer)

    async def _reopen(self, ask: Ask) -> None:
        """Open the form that the button of *ask* is for, if it is allowed still."""
        form = self._replies.unopened(ask)
        ask = await self._placed(ask) if isinstance(form, Form) else ask
        with self._read_by(ask.who):
            if isinstance(form, Form):
                form = await self._router.reopened(ask, form=form)
            await self._replies.reply(ask, form)

    async def _serve(self, ask: Ask, serve: Callable[[Ask], Awaitable[Any]]) -> Any:
        return await serve(await self._placed(ask))

    async def _placed(self, ask: Ask) -> Ask:
        """Return *ask* by somebody whose workspace and language are known."""
        waits = self._behind_ack.waits(ask)
        who = await self._directory.introduced(ask.who, wait=waits)
        return ask if who is ask.who else replace(ask, who=who)

    async def _with_parent(self, ask: Ask) -> Ask:
        """Add what the message says under which a look-up stands."""
        who, channel, parent = ask.who, ask.where.channel, ask.where.parent
        if parent is None or ask.command != "lookup" or ask.pasted:
            return ask
        return replace(ask, pasted=await self._directory.parent(who, channel, parent))

    def _read_by(self, who: Person) -> AbstractContextManager[None]:
        """Draw for *who*, also if their language becomes known meanwhile."""
        locale = partial(self._directory.known_locale, who.user)
        return shown_in(once_known(locale), self._directory.drawn_for(who))

    async def _refuse_edit(self, ask: Ask) -> None:
        """Carry out nothing: the message as it was first sent has been answered."""
        with reading_in(ask.who.locale):
            sentence = _("An edited message is not carried out. Send it as a new one.")
            outcome = Outcome(headline=(sentence,), tone=Tone.WARN)
        await self._replies.reply(ask, outcome)

    async def _drawn(self, ask: Ask) -> Form | Outcome:
        with self._read_by(ask.who):
            drawn: Form | Outcome = await self._serve(ask, self._router.redraw)
        return drawn

    async def show_home(self, who: Person) -> None:
        """Show *who* their Home tab as it is now."""
        who = await self._directory.introduced(who)
        with self._read_by(who):
            view = blocks.home(await self._router.home(who))
        await self._replies.publish(who.user, view)

    async def _in_time(
        self,
        ask: Ask,
        serve: Callable[[Ask], Awaitable[Answer]],
        view: Mapping[str, Any] | None = None,
    ) -> tuple[Answer, bool]:
        """Return the answer, or True if it will be told later; of a form its *view*."""
        working = asyncio.create_task(self._serve(ask, serve))
        done, _pending = await asyncio.wait({working}, timeout=self._patience)
        if done:
            return working.result(), False
        self._later(self._tell_when_done(ask, working, view or {}), ask)
        return None, True

    async def _tell_when_done(
        self, ask: Ask, working: "asyncio.Future[Answer]", view: Mapping[str, Any]
    ) -> None:
        try:
            await self._replies.follow(ask, await working)
        except InvalidRequest as refused:
            await self._replies.give_back(ask, view, refused.faults)

    def _later(self, work: Any, ask: Ask) -> None:
        with self._read_by(ask.who):
            self._tasks.spawn(work, name=f"{ask.surface} {ask.command}")
