"""The workspace: who is there, what was said, and what is open on whose screen."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.sandbox.aliases import Json
from bot.sandbox.slack.blockkit import inputs
from bot.sandbox.slack.model.changes import ChangeFeed, ChangeKind
from bot.sandbox.slack.model.grants import Grants, name
from bot.sandbox.slack.model.objects import (
    Call,
    Channel,
    FieldErrors,
    File,
    Kind,
    Message,
    Notice,
    Refusal,
    Scheduled,
    Surface,
    Team,
    User,
    View,
)
from bot.sandbox.slack.model.organisation import Organisation

VIEWS_DEEP = 3  # a modal and two pushed on it
_MICRO = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A failure to come: an error code, an HTTP status, or no answer at all."""

    error: str = ""
    status: int = 200
    hang: bool = False
    retry_after: int = 1


@dataclass(kw_only=True)
class Workspace:
    """Everything that Slack remembers, also of all workspaces of an organisation.

    Every change goes to `feed`.

    *now* and *random* are the clock and the source of IDs. *origin* is where the
    server listens (`http://127.0.0.1:…`), known once it does.
    """

    team: Team
    app_id: str
    bot: User
    bot_id: str
    users: dict[str, User]
    channels: dict[str, Channel]
    groups: dict[str, tuple[str, ...]]
    now: Callable[[], datetime]
    random: Callable[[int], bytes]
    grants: Grants
    org: Organisation | None = None  # for all of which the app was installed
    feed: ChangeFeed = field(default_factory=ChangeFeed)
    origin: str = ""
    messages: dict[tuple[str, str], Message] = field(default_factory=dict)
    whispers: dict[tuple[str, str], Message] = field(default_factory=dict)
    stacks: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    scheduled: dict[str, Scheduled] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    refusals: dict[tuple[str, str], str] = field(default_factory=dict)
    warnings: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by method
    _last: int = 0

    # ── what is to go wrong ──────────────────────────────────────────────────────

    def fail_next(
        self,
        method: str,
        *,
        error: str = "",
        status: int = 200,
        hang: bool = False,
        retry_after: int = 1,
    ) -> None:
        """Let the next call of *method* fail: `response_url` and `upload` count too."""
        fault = Fault(error=error, status=status, hang=hang, retry_after=retry_after)
        self.faults.setdefault(method, []).append(fault)

    def refuse(self, method: str, error: str, *, channel: str = "") -> None:
        """Let every call of *method* (in *channel*) fail; an empty *error* ends it."""
        self.refusals[method, channel] = error

    def fault_for(self, method: str, channel: str = "") -> Fault | None:
        """Return the failure of a call of *method* in *channel*, once if it waits."""
        for where in (channel, ""):
            if error := self.refusals.get((method, where)):
                return Fault(error=error)
        waiting = self.faults.get(method)
        return waiting.pop(0) if waiting else None

    def note(self, call: Call) -> None:
        """Remember a request of the bot."""
        self.calls.append(call)
        self.feed.tell(ChangeKind.CALLED, call)

    # ── people and channels ──────────────────────────────────────────────────────

    def user(self, user: str) -> User:
        """Return a user.

        Raises:
            Refusal: there is none of that ID.
        """
        if user not in self.users:
            raise Refusal("user_not_found")
        return self.users[user]

    def channel(self, named: str) -> Channel:
        """Return the channel that the bot means by an ID, `#name` or user ID.

        Raises:
            Refusal: there is none, or it is private and the bot is not in it.
        """
        if named in self.users:
            return self.direct_with(named)
        for channel in self.channels.values():
            if named == channel.id or (
                channel.kind is not Kind.DIRECT and named.lstrip("#") == channel.name
            ):
                hidden = channel.kind is not Kind.PUBLIC
                if hidden and self.bot.id not in channel.members:
                    break
                return channel
        raise Refusal("channel_not_found")

    def direct_with(self, user: str) -> Channel:
        """Return the direct conversation of *user* with the bot, opened if need be."""
        members = frozenset({self.user(user).id, self.bot.id})
        for channel in self.channels.values():
            if channel.kind is Kind.DIRECT and channel.members == members:
                return channel
        made = Channel(
            id="D0" + user[2:], name="directmessage", members=members, kind=Kind.DIRECT
        )
        self.channels[made.id] = made
        return made

    # ── messages ─────────────────────────────────────────────────────────────────

    def ts(self) -> str:
        """Return a new timestamp, which no other message has."""
        at = int(self.now().timestamp() * _MICRO)
        self._last = max(at, self._last + 1)
        return f"{self._last // _MICRO}.{self._last % _MICRO:06d}"

    def say(self, message: Message) -> Message:
        """Post *message*; one that is `only_for` somebody is ephemeral."""
        stamped = replace(
            message,
            ts=message.ts or self.ts(),
            blocks=tuple(self.with_ids(message.blocks)),
        )
        where = self.whispers if stamped.only_for else self.messages
        where[stamped.channel, stamped.ts] = stamped
        self.feed.tell(ChangeKind.POSTED, stamped)
        return stamped

    def say_scheduled(self) -> float | None:
        """Post what was scheduled and is due; return the seconds to the next one."""
        now = self.now().timestamp()
        for one in sorted(self.scheduled.values(), key=lambda each: each.at):
            if one.at > now:
                return one.at - now
            del self.scheduled[one.id]
            self.say(one.message)
        return None

    def message(self, channel: str, ts: str) -> Message:
        """Return a message that everybody in *channel* sees.

        Raises:
            Refusal: there is none.
        """
        if (channel, ts) not in self.messages:
            raise Refusal("message_not_found")
        return self.messages[channel, ts]

    def edit(self, message: Message, text: str, blocks: tuple[Json, ...]) -> Message:
        """Show other words in the place of *message*, ephemeral or not."""
        edited = replace(
            message, text=text, blocks=tuple(self.with_ids(blocks)), edited=True
        )
        where = self.whispers if message.only_for else self.messages
        where[message.channel, message.ts] = edited
        self.feed.tell(ChangeKind.EDITED, edited)
        return edited

    def delete(self, message: Message) -> None:
        """Take *message* away."""
        where = self.whispers if message.only_for else self.messages
        del where[message.channel, message.ts]
        self.feed.tell(ChangeKind.DELETED, message)

    def notice(self, user: str, channel: str, text: str, **where: str) -> None:
        """Let Slack itself tell *user* something; *where* if a click led to it."""
        self.feed.tell(ChangeKind.TOLD, Notice(user, channel, text, **where))

    # ── views ────────────────────────────────────────────────────────────────────

    def top(self, user: str) -> View | None:
        """Return the modal that *user* sees, or None."""
        stack = self.stacks.get(user)
        return stack[-1] if stack else None

    def view(self, view: str) -> View | None:
        """Return an open view by its ID or external ID, or None."""
        stacked = [v for stack in self.stacks.values() for v in stack]
        for each in (*stacked, *self.homes.values()):
            if view in (each.id, each.body.get("external_id")):
                return each
        return None

    def open(self, user: str, body: Json) -> View:
        """Open a modal; whatever *user* had open is gone."""
        made = self._view(user, body, previous="", root="")
        self.stacks[user] = [made]
        self.feed.tell(ChangeKind.OPENED, made)
        return made

    def push(self, user: str, body: Json) -> View:
        """Put a modal upon the open one.

        Raises:
            Refusal: nothing is open, or three already are.
        """
        stack = self.stacks.get(user, [])
        if not stack:
            raise Refusal("not_found")
        if len(stack) >= VIEWS_DEEP:
            raise Refusal("push_limit_reached")
        made = self._view(user, body, previous=stack[-1].id, root=stack[0].id)
        stack.append(made)
        self.feed.tell(ChangeKind.OPENED, made)
        return made

    def update(self, view: View, body: Json) -> View:
        """Show *body* in the place of *view*; inputs with the same IDs keep theirs."""
        body = self._with_ids(body)
        kept = {block: dict(by) for block, by in view.values.items()}
        values = inputs.standing(body["blocks"], kept)
        return self._put(
            replace(view, body=body, values=values, hash=self._hash()),
            ChangeKind.UPDATED,
        )

    def fill(self, view: View, block: str, action: str, value: Json) -> View:
        """Let *value* stand in one input of *view*. Nobody is told."""
        values = {**view.values, block: {**view.values.get(block, {}), action: value}}
        return self._put(replace(view, values=values), None)

    def close(self, user: str, *, whole: bool = False) -> None:
        """Close the top modal of *user*, or the *whole* stack."""
        stack = self.stacks.get(user, [])
        while stack:
            self.feed.tell(ChangeKind.CLOSED, stack.pop())
            if not whole:
                break

    def find_fault(self, view: View, by_block: dict[str, str]) -> None:
        """Show sentences at fields of *view*."""
        self.feed.tell(ChangeKind.FAULTED, FieldErrors(view, by_block))

    def publish(self, user: str, body: Json) -> View:
        """Show *body* as the Home of *user*."""
        made = self._view(user, body, previous="", root="")
        before = self.homes.get(user)
        made = replace(made, id=before.id, root=before.id) if before else made
        return self._put(made, ChangeKind.PUBLISHED)

    def is_open(self, view: View) -> bool:
        """Tell whether *view* is still on somebody's screen."""
        return self.view(view.id) is not None

    def latest(self, surface: Surface) -> Surface:
        """Return *surface* as it stands now, or as it last stood."""
        if isinstance(surface, View):
            return self.view(surface.id) or surface
        key = surface.channel, surface.ts
        return self.messages.get(key) or self.whispers.get(key) or surface

    # ── ids ──────────────────────────────────────────────────────────────────────

    def new_id(self, letter: str) -> str:
        """Return a new ID as Slack makes them: a letter and capitals."""
        return letter + "0" + name(self.random(5))

    def with_ids(self, blocks: tuple[Json, ...] | list[Json]) -> list[Json]:
        """Return a copy of *blocks*, with the IDs that Slack fills in."""
        filled = copy.deepcopy(list(blocks))
        for block in filled:
            block.setdefault("block_id", name(self.random(3)))
            for element in inputs.elements(block):
                element.setdefault("action_id", name(self.random(3)))
        return filled

    def _with_ids(self, body: Json) -> Json:
        return {**body, "blocks": self.with_ids(body["blocks"])}

    def _hash(self) -> str:
        return f"{self.ts().split('.')[0]}.{name(self.random(5))}"

    def _view(self, user: str, body: Json, *, previous: str, root: str) -> View:
        made, body = self.new_id("V"), self._with_ids(body)
        return View(
            id=made,
            root=root or made,
            previous=previous,
            hash=self._hash(),
            user=user,
            body=body,
            values=inputs.standing(body["blocks"]),
        )

    def _put(self, view: View, what: ChangeKind | None) -> View:
        if view.is_home:
            self.homes[view.user] = view
        else:
            stack = self.stacks[view.user]
            stack[[v.id for v in stack].index(view.id)] = view
        if what:
            self.feed.tell(what, view)
        return view
