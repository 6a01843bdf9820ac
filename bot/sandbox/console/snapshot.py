"""The workspace as JSON for a page: all of it at first, then what changes."""

import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import asdict

from bot.sandbox.aliases import Json
from bot.sandbox.slack.model import serialize
from bot.sandbox.slack.model.changes import Change, ChangeKind
from bot.sandbox.slack.model.objects import (
    Call,
    Channel,
    FieldErrors,
    Message,
    Notice,
    User,
    View,
)
from bot.sandbox.slack.model.workspace import Workspace

_REMEMBERED = 200  # calls and notices


class Memory:
    """Turns the changes of *space* into news for pages.

    It remembers what the workspace does not: Slack's own notices, what stands wrong in
    open forms, in which page they were opened, and the bot's last calls. *page_of*
    names the page in which somebody did something last; *now* gives seconds since 1970.
    """

    def __init__(
        self,
        space: Workspace,
        page_of: Mapping[str, str],
        now: Callable[[], float] = time.time,
    ) -> None:
        self.pages: Counter[str] = Counter()  # those that are open
        self._page_of = page_of
        self._pages: dict[str, str] = {}
        self._space = space
        self._now = now
        self._notices: deque[Json] = deque(maxlen=_REMEMBERED)
        self._calls: deque[Json] = deque(maxlen=_REMEMBERED)
        self._faults: dict[str, dict[str, str]] = {}

    def news(self, change: Change) -> Json:
        """Return *change* as a page hears of it, and remember it if need be."""
        subject = change.subject
        match subject:
            case Message():
                return {"type": change.what, "message": message(subject, self._space)}
            case View():
                return self._view(change.what, subject)
            case FieldErrors(view, by_block):
                self._faults[view.id] = dict(by_block)
                return self.stack(view.user)
            case Notice():
                notice = asdict(subject)
                notice |= {"ts": f"{self._now():.6f}", "id": f"notice-{change.number}"}
                self._notices.append(notice)
                return {"type": "notice", "notice": notice}
            case Call():
                call = self._call(subject)
                self._calls.append(call)
                return {"type": "call", "call": call}

    def whole(self) -> Json:
        """Return everything that a page shows of the workspace."""
        space = self._space
        spoken = [*space.messages.values(), *space.whispers.values()]
        return {
            "bot": space.bot.id,
            "team": space.team.name,
            "users": [user(one, space) for one in space.users.values()],
            "channels": [channel(one) for one in space.channels.values()],
            "messages": [message(one, space) for one in spoken],
            "stacks": [self.stack(one) for one in space.users],
            "homes": [self._shown(one) for one in space.homes.values()],
            "notices": list(self._notices),
            "calls": list(self._calls),
        }

    def _view(self, what: ChangeKind, view: View) -> Json:
        if what is not ChangeKind.FAULTED:
            self._faults.pop(view.id, None)
        if view.is_home:
            return {"type": "home", "view": self._shown(view)}
        if what is ChangeKind.OPENED and not view.previous:
            self._pages = {
                **self._standing(),
                view.id: self._page_of.get(view.user, ""),
            }
        return self.stack(view.user)

    def stack(self, user: str) -> Json:
        """Return the forms of *user*, and the `page` that they stand in: "" is any."""
        stack = self._space.stacks.get(user, [])
        page = self._pages.get(stack[0].root, "") if stack else ""
        return {
            "type": "stack",
            "user": user,
            "page": page if page in self.pages else "",
            "views": [*map(self._shown, stack)],
        }

    def _standing(self) -> dict[str, str]:
        """Return the pages of the forms that are still open."""
        roots = {stack[0].root for stack in self._space.stacks.values() if stack}
        return {root: page for root, page in self._pages.items() if root in roots}

    def _shown(self, view: View) -> Json:
        faults = self._faults.get(view.id, {})
        return serialize.view(view, self._space) | {"user": view.user, "faults": faults}

    def _call(self, call: Call) -> Json:
        error = str(call.answer.get("error", ""))
        return {"at": self._now(), "method": call.method, "error": error}


def user(of: User, space: Workspace) -> Json:
    """Return a person with what they may do here, in words."""
    rights = "member"
    if of.guest:
        rights = "guest"
    elif of.team != space.team:
        rights = f"from {of.team.name}"
    elif any(of.id in members for members in space.groups.values()):
        rights = "on call"
    return {
        "id": of.id,
        "name": of.name,
        "real_name": of.real_name,
        "locale": of.locale,
        "tz": of.tz,
        "tz_offset": of.tz_offset,
        "bot": of.bot,
        "rights": rights,
    }


def channel(of: Channel) -> Json:
    """Return a channel, with the IDs of those who are in it."""
    return {
        "id": of.id,
        "name": of.name,
        "kind": of.kind.value,
        "members": sorted(of.members),
        "shared": of.shared,
    }


def message(of: Message, space: Workspace) -> Json:
    """Return a message, with its channel and the one who sees it."""
    return serialize.message(of, space) | {
        "channel": of.channel,
        "only_for": of.only_for,
    }
