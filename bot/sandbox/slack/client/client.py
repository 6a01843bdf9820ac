"""What people do in Slack's own app, without its screen: gestures.

Every gesture waits for the bot's ack and shows what comes of it, in the workspace's
state. The terminal uses it, and anything else with a screen may.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from bot.sandbox.aliases import Json
from bot.sandbox.slack.blockkit import inputs
from bot.sandbox.slack.blockkit.validation import options_faults
from bot.sandbox.slack.client.mrkdwn import to_wire
from bot.sandbox.slack.client.payloads import Control, Payloads
from bot.sandbox.slack.model.grants import ResponseUrl
from bot.sandbox.slack.model.objects import (
    Channel,
    File,
    Kind,
    Message,
    Refusal,
    Surface,
    Team,
    User,
    View,
)
from bot.sandbox.slack.model.organisation import Organisation
from bot.sandbox.slack.model.workspace import Workspace
from bot.sandbox.slack.server import responses
from bot.sandbox.slack.server.delivery import Ack, Carrier, Envelope, EnvelopeType
from bot.sandbox.slack.server.views import checked_view

ATTEMPTS = 2  # of an event: Slack's later ones come after a minute
_REASONS = {
    "operation_timeout": "http_timeout",
    "dispatch_failed": "connection_failed",
}


class Client:
    """Gestures of everybody in *space*.

    *carrier* is the way to the bot. *commands* are the slash commands that exist;
    None lets any go through. Every event is delivered *again* so many times, although
    it was acknowledged: as where the acknowledgement gets lost.
    """

    def __init__(
        self,
        space: Workspace,
        carrier: Carrier,
        *,
        commands: Collection[str] | None = None,
    ) -> None:
        self.space = space
        self.carrier = carrier
        self.again = 0
        self._commands = commands
        self._payloads = Payloads(space)

    # ── typing ───────────────────────────────────────────────────────────────────

    async def command(self, who: User, channel: Channel, line: str) -> None:
        """Type a slash command; the ack's text or blocks appear."""
        name, _space, text = line.partition(" ")
        if self._commands is not None and name not in self._commands:
            sentence = f"{name} is not a valid command."
            self.space.notice(who.id, channel.id, sentence)
            return
        wire = to_wire(self.space, text.strip(), labels=True)
        payload = self._payloads.command(who, channel, name, wire)
        ack = await self._carry(EnvelopeType.COMMAND, payload)
        if ack.failed:
            sentence = f'{name} failed with the error "{ack.failed}"'
            self.space.notice(who.id, channel.id, sentence)
        elif any(ack.body.get(key) for key in ("text", "blocks", "attachments")):
            self._show(who, channel, ack.body)

    async def say(
        self,
        who: User,
        channel: Channel,
        text: str,
        *,
        thread: str = "",
        file: str = "",
    ) -> Message:
        """Post *text*; the bot hears it in a direct message, or when mentioned.

        *file* is the name of a file that goes with it.
        """
        wire = to_wire(self.space, text, labels=False)
        message = self.space.say(
            Message(
                channel=channel.id,
                user=who.id,
                text=wire,
                thread=thread,
                files=(File(id=self.space.new_id("F"), name=file),) if file else (),
            )
        )
        await self._heard(who, channel, message)
        return message

    async def edit(self, who: User, message: Message, text: str) -> Message:
        """Change what *who* said; the bot hears of it, as of a mention or a change."""
        channel = self.space.channels[message.channel]
        wire = to_wire(self.space, text, labels=False)
        edited = self.space.edit(message, wire, ())
        if channel.kind is Kind.DIRECT:
            await self._event(self._payloads.changed(edited, message))
        else:
            await self._heard(who, channel, edited)
        return edited

    async def _heard(self, who: User, channel: Channel, message: Message) -> None:
        """Deliver *message* to the bot, if it is for it."""
        wire = message.text
        bot = self.space.bot
        mentioned = f"<@{bot.id}>" in wire
        if channel.kind is Kind.DIRECT:
            await self._event(self._payloads.said(message, "message"))
        elif mentioned and bot.id in channel.members:
            await self._event(self._payloads.said(message, "app_mention"))
        elif mentioned:
            sentence = f"@{bot.name} is not in this channel."
            self.space.notice(who.id, channel.id, sentence)

    async def open_home(self, who: User) -> None:
        """Open the app's Home tab."""
        await self._event(self._payloads.home_opened(who))

    async def shortcut(
        self, who: User, callback: str, message: Message | None = None
    ) -> None:
        """Choose a shortcut, global or on *message*."""
        payload = self._payloads.shortcut(who, callback, message)
        await self._interact(who, message, payload)

    # ── administering ────────────────────────────────────────────────────────────

    async def change_group(self, group: str, *members: User) -> None:
        """Make *members* all that are in a user group, as its admins do."""
        before = self.space.groups.get(group, ())
        after = tuple(user.id for user in members)
        self.space.groups[group] = after
        await self._event(self._payloads.members_changed(group, before, after))
        await self._event(self._payloads.group_updated(group))

    async def disable_group(self, group: str) -> None:
        """Switch a user group off: nobody can be looked up in it any more."""
        event = self._payloads.group_updated(group, disabled=True)
        self.space.groups.pop(group, None)
        await self._event(event)

    async def change_group_of(
        self, org: Organisation, team: Team, group: str, *members: User
    ) -> None:
        """Make *members* all that are in a user group of one of the workspaces."""
        before = org.groups[team.id, group]
        after = replace(before, members=tuple(user.id for user in members))
        org.groups[team.id, group] = after
        changed = self._payloads.members_changed
        await self._event(changed(group, before.members, after.members, team))

    async def add_app(self, org: Organisation, team: Team) -> None:
        """Add the app to a workspace, as admins of the organisation do."""
        org.added.add(team.id)
        await self._event(self._payloads.access_changed(team, granted=True))

    async def remove_app(self, org: Organisation, team: Team) -> None:
        """Take the app out of a workspace."""
        org.added.discard(team.id)
        await self._event(self._payloads.access_changed(team, granted=False))

    async def change_user(self, who: User) -> None:
        """Make somebody what *who* says: deactivated, a guest, or of another name."""
        self.space.users[who.id] = who
        await self._event(self._payloads.user_changed(who))

    # ── pressing and choosing ────────────────────────────────────────────────────

    async def act(
        self, who: User, surface: Surface, control: Control, value: Json | None = None
    ) -> None:
        """Press a button, or choose *value* in a menu outside a form's inputs."""
        surface = self.space.latest(surface)
        if isinstance(surface, View):
            if not self.space.is_open(surface):
                return
            if value and inputs.is_input(control.element):
                surface = self.space.fill(surface, control.block, control.action, value)
        payload = self._payloads.action(who, surface, control, value or {})
        await self._interact(who, surface, payload)

    async def fill(self, who: User, view: View, control: Control, value: Json) -> None:
        """Put *value* into an input; the bot hears of it if the block says so."""
        now = self.space.view(view.id)
        if now is None:
            return
        if any(
            block["block_id"] == control.block and block.get("dispatch_action")
            for block in now.blocks
        ):
            await self.act(who, now, control, value)
        else:
            self.space.fill(now, control.block, control.action, value)

    async def options(
        self, who: User, surface: Surface, control: Control, query: str
    ) -> list[Json]:
        """Type *query* into a select that asks the bot, and return what it offers."""
        payload = self._payloads.suggestion(who, surface, control, query)
        ack = await self._carry(EnvelopeType.INTERACTIVE, payload)
        wrong = ack.failed or "".join(options_faults(ack.body))
        if wrong:
            self._trouble(who, surface, wrong, control.block)
            return []
        return inputs.options_of(ack.body)

    # ── modals ───────────────────────────────────────────────────────────────────

    async def submit(self, who: User, view: View) -> None:
        """Send in a form; what its client finds wrong is shown without asking.

        One without `submit` has no button for it.
        """
        now = self.space.view(view.id)
        if now is None or not now.body.get("submit"):
            return
        faults = self._faults(now)
        if faults:
            self.space.find_fault(now, faults)
            return
        payload = self._payloads.submission(who, now)
        ack = await self._carry(EnvelopeType.INTERACTIVE, payload)
        try:
            self._submitted(who, self.space.view(now.id), ack)
        except Refusal as refusal:
            self._trouble(who, now, " ".join((refusal.error, *refusal.messages)))

    async def close(self, who: User, view: View, *, whole: bool = False) -> None:
        """Close the form, or the *whole* stack of them."""
        self.space.close(who.id, whole=whole)
        if view.body.get("notify_on_close"):
            payload = self._payloads.closed(who, view, cleared=whole)
            await self._carry(EnvelopeType.INTERACTIVE, payload)

    def _faults(self, view: View) -> dict[str, str]:
        faults = {}
        for block in view.blocks:
            element = block.get("element")
            if block["type"] == "input" and element and inputs.is_input(element):
                value = view.values[block["block_id"]][element["action_id"]]
                faults[block["block_id"]] = inputs.fault(block, value)
        return {block: fault for block, fault in faults.items() if fault}

    def _submitted(self, who: User, view: View | None, ack: Ack) -> None:
        if ack.failed:
            raise Refusal(ack.failed)
        if view is None:  # the bot, or another gesture, closed it meanwhile
            return
        match ack.body:
            case {"response_action": "errors", "errors": dict(errors)}:
                self._show_errors(view, errors)
            case {"response_action": "update", "view": dict(body)}:
                checked = checked_view(self.space, body, instead_of=view.id)
                self.space.update(view, checked)
            case {"response_action": "push", "view": dict(body)}:
                self.space.push(who.id, checked_view(self.space, body))
            case {"response_action": "clear"}:
                self.space.close(who.id, whole=True)
            case _ if not ack.body:
                self.space.close(who.id)
            case _:
                raise Refusal("invalid_response")

    def _show_errors(self, view: View, errors: dict[str, Any]) -> None:
        inputs_ = {b["block_id"] for b in view.blocks if b["type"] == "input"}
        if not errors or not errors.keys() <= inputs_:
            raise Refusal("invalid_response", f"no input: {sorted(errors)}")
        self.space.find_fault(
            view, {key: str(sentence) for key, sentence in errors.items()}
        )

    # ── the way to the bot ───────────────────────────────────────────────────────

    async def _carry(self, type_: EnvelopeType, payload: Json) -> Ack:
        with self.space.feed.busy():
            return await self.carrier.carry(Envelope(type_, payload))

    async def _interact(
        self, who: User, surface: Surface | None, payload: Json
    ) -> None:
        ack = await self._carry(EnvelopeType.INTERACTIVE, payload)
        if ack.failed:
            actions = payload.get("actions", [])
            block = actions[0]["block_id"] if actions else ""
            self._trouble(who, surface, ack.failed, block)

    async def _event(self, payload: Json) -> None:
        reason = ""
        with self.space.feed.busy():
            for attempt in range(ATTEMPTS):
                envelope = Envelope(EnvelopeType.EVENT, payload, attempt, reason)
                ack = await self.carrier.carry(envelope)
                if not ack.failed:
                    break
                reason = _REASONS.get(ack.failed, "http_error")
            for attempt in range(1, self.again + 1):
                envelope = Envelope(EnvelopeType.EVENT, payload, attempt, "http_error")
                await self.carrier.carry(envelope)

    def _show(self, who: User, channel: Channel, body: Json) -> None:
        try:
            url = ResponseUrl(channel=channel.id, user=who.id)
            responses.apply(self.space, url, body)
        except Refusal as refusal:
            sentence = " ".join((refusal.error, *refusal.messages))
            self.space.notice(who.id, channel.id, sentence)

    def _trouble(
        self, who: User, surface: Surface | None, why: str, block: str = ""
    ) -> None:
        """Tell that nothing came of it, beside the *block* that was clicked, if any."""
        channel = surface.channel if isinstance(surface, Message) else ""
        sentence = f"We had some trouble connecting. Try again? ({why})"
        where = {}
        if surface and block:
            at = surface.ts if isinstance(surface, Message) else surface.id
            where = {"surface": at, "block": block}
        self.space.notice(who.id, channel, sentence, **where)
