"""What Slack says of people and user groups, cached; each answer has its age.

Most asks are answered from what was said last, since an ack must not wait for Slack.
What is billed waits, behind the ack, for an answer younger than 30 seconds: its age
counts from the moment at which Slack was asked. Whoever needs the same answer at the
same time waits for one call.

Events make an answer old at once. They take rights away by themselves, and give none:
they may come late, twice and out of order, so what a group gained is asked for.
https://docs.slack.dev/reference/events/subteam_members_changed
https://docs.slack.dev/reference/events/user_change

A group that events keep right counts as fresh for five minutes, which spares calls of
a method that Slack allows twenty times a minute. That takes a proof: an event about
this very group has come in this run, so Slack does send them; and one of the sockets
that were open when it was asked for is open still, so none was missed since. Over HTTP
nobody can tell whether Slack gets through, so there no group is kept right.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import Any

import structlog
from cachetools import TTLCache

from bot.i18n import DEFAULT_LOCALE
from bot.runtime.tasks import Tasks
from bot.slack.outbound.web import SECONDS, Sent, Web
from bot.slack.profiles import NEVER, Known, profile
from bot.slack.spoken import Spoken

MOST_PEOPLE = 10_000
REMEMBERED = 6 * 3600.0  # seconds
FRESH = 30.0  # seconds; older answers are asked for again before money is spent
KEPT_RIGHT = 300.0  # seconds; for as long events vouch for a group
GROUPS_FRESH = 300.0  # seconds; then groups are looked up again in the background
GROUPS_LAST = 900.0  # seconds; older ones count as unknown
GROUPS_LAST_LONG = 86_400.0  # to stop what costs money, a day old is good enough
AT_FIRST = 0.5  # seconds that the first answer ever waits for its reader's language
LONGEST_WAIT = 20.0  # seconds that what is billed waits for Slack
PAUSES = (1.0, 2.0, 4.0, 8.0)  # seconds between tries
NO_SUCH_GROUP = "no_such_subteam"  # also of one that was switched off

Kept = dict[str, Any]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Members:
    """Who is in a group, as of *said_at*.

    *asked_at* is when this run asked Slack, unless an event has overtaken the answer,
    and *lines* are the sockets that were open then.
    """

    users: frozenset[str]
    said_at: float
    asked_at: float = NEVER
    lines: frozenset[object] = frozenset()


class People:
    """The people whom Slack of *web* knows, and the *groups* that rules name.

    Nothing is asked for what is billed before *identified* is set. *timer* is
    monotonic, in seconds. *keep* takes what is to outlive the process, *spoken* in
    which language somebody reads.
    """

    def __init__(  # noqa: PLR0913 - what it asks, and its ports
        self,
        web: Web,
        tasks: Tasks,
        *,
        groups: Iterable[str],
        identified: asyncio.Event,
        keep: Callable[[Kept], Awaitable[None]],
        spoken: Spoken,
        timer: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._web = web
        self._tasks = tasks
        self._identified = identified
        self._keep = keep
        self.spoken = spoken
        self._timer = timer
        self._sleep = sleep
        self._group_ids = tuple(groups)
        self._known: TTLCache[str, Known] = TTLCache(MOST_PEOPLE, REMEMBERED, timer)
        self._members: dict[str, Members] = {}
        self._asking: dict[str, asyncio.Task[Any]] = {}
        self._overtaken: set[str] = set()  # while they were asked for
        self._told_of: set[str] = set()  # groups of which events have come
        self._kept_at = NEVER
        self.lines: Callable[[], frozenset[object]] = frozenset  # sockets that are open

    def person(self, user: str) -> Known | None:
        """Return what is known of *user*, however old."""
        try:  # most are known, and `get` would look twice
            return self._known[user]
        except KeyError:
            return None

    def locale(self, user: str) -> str:
        """Return the language of *user*, also of an earlier run; empty if unknown."""
        person = self.person(user)
        return person.locale if person else self.spoken.of(user)

    def groups(
        self, of: Iterable[str] | None = None, *, patient: bool = False
    ) -> Mapping[str, frozenset[str]] | None:
        """Return the members of the groups *of* these names; None if one is unknown.

        An answer counts for 15 minutes, to the *patient* for a day.
        """
        wanted = self._group_ids if of is None else tuple(of)
        now = self._timer()
        if self._group_ids and self._is_any_old(now):
            self._join("groups", self.look_up_groups)
        oldest = now - (GROUPS_LAST_LONG if patient else GROUPS_LAST)
        groups = {name: self._members.get(name) for name in wanted}
        users = {
            name: members.users
            for name, members in groups.items()
            if members and members.said_at >= oldest
        }
        return users if len(users) == len(groups) else None

    def is_fresh(self, user: str, groups: Iterable[str]) -> bool:
        """Tell whether what is known of *user* and *groups* is good for a bill."""
        return not self._stale(user, groups)

    async def ensure_fresh(self, user: str, groups: Iterable[str]) -> bool:
        """Ask Slack for whatever is not fresh; False if it does not say in 20 seconds.

        Or sooner, where Slack refuses to say: it would again.
        """
        wanted, until = tuple(groups), self._timer() + LONGEST_WAIT
        for pause in chain(PAUSES, repeat(PAUSES[-1])):
            left = until - self._timer()
            if left < SECONDS:  # a call may take that long
                await self._sleep(max(left, 0.0))
                break
            stale, waits = self._stale(user, wanted), [pause]
            if stale and self._identified.is_set():
                answers = await self._answers(stale)
                if any(sent.refused or sent.unauthorised for sent in answers):
                    break
                waits += [sent.retry_after for sent in answers]
                stale = self._stale(user, wanted)
            if not stale and self._identified.is_set():
                return True
            await self._sleep(min(max(waits), until - self._timer()))
        return self._identified.is_set() and self.is_fresh(user, wanted)

    def look_up_later(self, user: str) -> None:
        """Look *user* up in the background, if that was not done yet."""
        if not self._is_known(user):
            self._once(user)

    async def look_up(self, user: str) -> None:
        """Look *user* up now, if that was not done yet."""
        if not self._is_known(user):
            await self._answers([user])

    async def ensure_spoken(self, user: str) -> None:
        """Wait a moment for what language *user* reads, if that was never said."""
        if not self.locale(user):
            await asyncio.wait([self._once(user)], timeout=AT_FIRST)

    async def look_up_groups(self) -> None:
        """Ask Slack who is in the groups; a failure keeps the last good answer."""
        if not self._group_ids:
            return
        for group in self._group_ids:
            await self._answers([group])
        self._kept_at = self._timer()
        await self._keep(
            {
                name: {
                    "users": sorted(members.users),
                    "ago": self._kept_at - members.said_at,
                }
                for name, members in self._members.items()
            }
        )

    async def renew(self) -> None:
        """Let no group grow old while nobody asks for anything; never return."""
        while True:
            await self._sleep(GROUPS_FRESH)
            await asyncio.wait([self._join("groups", self.look_up_groups)])

    def recall(self, kept: Kept, age: float) -> None:
        """Take what an earlier run kept, *age* seconds ago; it is never fresh."""
        if set(self._group_ids) <= kept.keys():
            said_at = self._timer() - age
            self._members = {name: _kept(kept[name], said_at) for name in kept}

    def watch(self, groups: Iterable[str]) -> None:
        """Ask for these *groups*, by their keys, from now on, and for no others."""
        self._group_ids = tuple(groups)
        self._members = {
            name: one for name, one in self._members.items() if name in self._group_ids
        }

    def forget_groups(self) -> None:
        """Forget who is in the groups: they were those of another workspace."""
        self._members = {}

    # ── events ──────────────────────────────────────────────────────────────────

    def take(self, event: Mapping[str, Any]) -> None:
        """Take in that Slack changed a person or a group, as *event* says."""
        match event:
            case {"type": "user_change", "user": dict(info)}:
                self._person_changed(str(info.get("id")), info)
            case {"type": "subteam_members_changed", "subteam_id": str(group)}:
                removed = event.get("removed_users")
                gone = removed if isinstance(removed, list) else ()
                for key in self._keys(event.get("team_id"), group):
                    self._group_changed(key, frozenset(map(str, gone)))
            case {"type": "subteam_updated", "subteam": {"id": str(group)} as subteam}:
                for key in self._keys(subteam.get("team_id"), group):
                    self._group_changed(key, frozenset())  # it lists 500 people at most
            case _:
                log.info("people.unread", type=str(event.get("type"))[:40])

    def _person_changed(self, user: str, info: Mapping[str, Any]) -> None:
        """Go by *info* until Slack is asked: it may come from an old event."""
        if user in self._asking:
            self._overtaken.add(user)
        if person := self.person(user):
            self._known[user] = profile(info, NEVER, person.locale)

    def _keys(self, team: Any, group: str) -> list[str]:
        """Return the keys of *group* that an event of *team* is about.

        In one workspace that is the group itself; of a group of the organisation that
        are those in all workspaces.
        """
        own = [key for key in self._group_ids if key.rpartition(":")[2] == group]
        of_team = [key for key in own if key in (group, key_of(str(team), group))]
        return own if str(team or "E").startswith("E") else of_team

    def _group_changed(self, group: str, gone: frozenset[str]) -> None:
        self._told_of.add(group)
        if group in self._asking:
            self._overtaken.add(group)
        if members := self._members.get(group):
            left = members.users - gone
            self._members[group] = replace(members, users=left, asked_at=NEVER)
        self._once(group)

    # ── how old it is ───────────────────────────────────────────────────────────

    def _is_known(self, user: str) -> bool:
        person = self.person(user)
        return person is not None and person.asked_at > NEVER

    def _is_any_old(self, now: float) -> bool:
        groups = (self._members.get(name) for name in self._group_ids)
        times = [one.said_at if one else NEVER for one in groups]
        return now - min(*times, self._kept_at) > GROUPS_FRESH

    def _stale(self, user: str, groups: Iterable[str]) -> list[str]:
        """Return which of *user* and *groups* are not fresh."""
        now, person = self._timer(), self.person(user)
        stale = [name for name in groups if not self._is_group_fresh(name, now)]
        fresh = person is not None and now - person.asked_at <= FRESH
        return stale if fresh else [user, *stale]

    def _is_group_fresh(self, group: str, now: float) -> bool:
        members = self._members.get(group)
        if members is None:
            return False
        unbroken = members.lines & self.lines()
        vouched = group in self._told_of and bool(unbroken)
        return now - members.asked_at <= (KEPT_RIGHT if vouched else FRESH)

    # ── asking ──────────────────────────────────────────────────────────────────

    async def _answers(self, names: Iterable[str]) -> list[Sent]:
        """Ask for *names* at once, each with whoever asks for it already."""
        asking = [self._once(name) for name in names]
        await asyncio.wait(asking)  # and cancel none: others wait for them as well
        return [one.result() for one in asking if not one.cancelled()]

    def _once(self, name: str) -> asyncio.Task[Any]:
        return self._join(name, lambda: self._ask(name))

    def _join(self, name: str, work: Callable[[], Awaitable[Any]]) -> asyncio.Task[Any]:
        """Return the task in which *name* is asked for, a new one if there is none."""
        if name not in self._asking:
            task = self._tasks.spawn(self._run(name, work), name=f"look up {name}")
            self._asking[name] = task
        return self._asking[name]

    async def _run(self, name: str, work: Callable[[], Awaitable[Any]]) -> Any:
        try:
            return await work()
        finally:
            self._asking.pop(name, None)

    async def _ask(self, name: str) -> Sent:
        """Ask once more whenever an event came while it was asked for."""
        is_group = name in self._group_ids or ":" in name
        take = self._take_group if is_group else self._take_person
        while True:
            self._overtaken.discard(name)
            sent = await take(name)
            if name not in self._overtaken:
                return sent

    async def _take_person(self, user: str) -> Sent:
        """https://docs.slack.dev/reference/methods/users.info ."""
        asked_at = self._timer()
        sent = await self._web.call("users.info", user=user, include_locale=True)
        info = (sent.data or {}).get("user")
        if not sent.ok or not isinstance(info, Mapping):
            log.info("person.unknown", error=sent.error)
        elif user not in self._overtaken:
            person = profile(info, asked_at, DEFAULT_LOCALE)
            self._known[user] = person
            await self.spoken.learn(user, person.locale)
        return sent

    async def _take_group(self, group: str) -> Sent:
        """https://docs.slack.dev/reference/methods/usergroups.users.list ."""
        asked_at, lines = self._timer(), self.lines()
        team, _colon, name = group.rpartition(":")
        asked = {"usergroup": name} | ({"team_id": team} if team else {})
        sent = await self._web.call("usergroups.users.list", **asked)
        if sent.error == NO_SUCH_GROUP:  # which says that nobody is in it
            log.warning("group.none", group=group)
            sent = Sent(ok=True, data={"users": []})
        users = (sent.data or {}).get("users")
        if not sent.ok or not isinstance(users, list):
            log.warning("group.unknown", group=group, error=sent.error)
        elif group not in self._overtaken:
            members = Members(frozenset(map(str, users)), asked_at, asked_at, lines)
            self._members[group] = members
        return sent


def key_of(team: str, group: str) -> str:
    """Return the key of *group* in *team*, which is empty if there is one workspace."""
    return f"{team}:{group}" if team else group


def _kept(kept: Any, at: float) -> Members:
    """Read a group that was kept; releases before 0.3 kept the list of its members."""
    if isinstance(kept, Mapping):
        return Members(frozenset(kept["users"]), at - float(kept["ago"]))
    return Members(frozenset(kept), at)
