"""The relay as a resource: its rules, its tickets, its timers."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from bot.access.limits import Over, check_counts
from bot.dialogue.outcome import Button, Outcome, Part, Span, in_lines
from bot.errors import AlreadyRuns, InvalidRequest
from bot.i18n import _
from bot.ids import IntentId, Kind
from bot.journal.evidence import Fact, Standing
from bot.journal.lifecycle import Ended
from bot.journal.links import links_of
from bot.journal.model import CONTRADICTION, REVIVED, Intent, Notice
from bot.journal.timer_rows import UNTIMED
from bot.journal.usage import Usage
from bot.resources.base import Alarm, Resource, Yield
from bot.resources.push import PushAddress
from bot.resources.relay import (
    alarms,
    bounds,
    card,
    cdn,
    copies,
    details,
    gist,
    live,
    news,
    quality,
    retyped,
    still,
    targets,
    timers,
    unknown,
    update,
)
from bot.resources.relay.picture import mixed
from bot.settings import App, Policy
from bot.states import State
from bot.tencent import usersig
from bot.tencent.models.base import Reply, Request
from bot.tencent.models.exits import Row
from bot.tencent.models.trtc.requests import (
    RelayStarted,
    StartPublishCdnStream,
    StopPublishCdnStream,
    UpdatePublishCdnStream,
)

RELAY = Kind("R")
START, STOP = StartPublishCdnStream.action, StopPublishCdnStream.action
UPDATE = UpdatePublishCdnStream.action
_CDNS: Mapping[int | None, str] = {1: cdn.TENCENT, 0: cdn.OTHER}
NOT_KNOWN = "not-known-yet"  # is exchanged for the TaskId before anything is sent


class Relay(Resource):
    """A TRTC relay: `StartPublishCdnStream` makes it, its TaskId is its ID."""

    kind = RELAY
    product = "trtc"
    command = "relay"
    requests = (StartPublishCdnStream, UpdatePublishCdnStream, StopPublishCdnStream)
    looks = quality.LOOKS
    settled_by_hand = True
    on_apps = True
    timers = alarms.TIMERS
    untimed = START
    drawn = frozenset({Row.PUSH})  # each with its standing

    def over(self, request: Request[Any], policy: Policy) -> dict[str, Over]:
        """Return in what a start is too large."""
        starts = isinstance(request, StartPublishCdnStream)
        return bounds.sizes(request.to_wire(), policy.limits) if starts else {}

    def bitrate(self, request: Request[Any]) -> int | None:
        """Return what the video of a relay is encoded with, in kbit/s."""
        value = bounds.at(request.to_wire(), "VideoParams.VideoEncode.BitRate")
        return value if isinstance(value, int) else None

    def wanted(self, action: str, room: str) -> str:
        """Return what somebody asks for who wants *action*."""
        titles = {
            START: _("Start a relay of room {room}"),
            UPDATE: _("Change a relay of room {room}"),
            STOP: _("Stop a relay of room {room}"),
        }
        return titles[action].format(room=room)

    def admit(
        self, usage: Usage, policy: Policy, *, again: frozenset[str]
    ) -> Iterable[Intent]:
        """Refuse one relay too many, and what the asker does not know to run already.

        That is the same relay, an unknown start of the room, and every other relay to
        one of its targets: two that push to one address knock each other off.
        """
        check_counts(usage.live, usage.lately, limits=policy.limits)
        unknown = tuple(one for one in usage.alike if one.handle not in again)
        if unknown:
            raise AlreadyRuns(tuple(one.handle for one in usage.alike))
        return ()

    def admit_change(
        self, about: IntentId, usage: Usage, *, again: frozenset[str]
    ) -> Iterable[Intent]:
        """Refuse a change that leads to a target of another relay; as `admit`."""
        others = [one for one in usage.alike if one.id != about]
        if any(one.handle not in again for one in others):
            raise AlreadyRuns(usage.names(others))
        return others

    def duplicates(self, request: Request[Any]) -> str:
        """Return a digest of the push targets, whatever their order."""
        if not isinstance(request, StartPublishCdnStream):
            return ""
        return hashlib.sha256("\n".join(sorted(request.targets)).encode()).hexdigest()

    def targets(self, request: Request[Any]) -> tuple[str, ...]:
        """Return the digests of the push targets, whatever their spelling."""
        return request.targets if isinstance(request, StartPublishCdnStream) else ()

    def places(self, request: Request[Any]) -> tuple[PushAddress, ...]:
        """Return its push targets, each with whose CDN it is on."""
        if not isinstance(request, StartPublishCdnStream):
            return ()
        return tuple(
            PushAddress(one.publish_cdn_url, _CDNS.get(one.is_tencent_cdn, ""))
            for one in request.publish_cdn_params or ()
        )

    def former_targets(self, request: Request[Any]) -> Mapping[str, str]:
        """Return `targets` by the digests of the whole addresses."""
        if not isinstance(request, StartPublishCdnStream):
            return {}
        urls = (url.get_secret_value().encode() for url in request.target_urls)
        former = (hashlib.sha256(url).hexdigest() for url in urls)
        return dict(zip(former, request.targets, strict=True))

    def digested(self, wire: Mapping[str, Any]) -> Mapping[str, Any]:
        """Leave out the robot's name, which is another one for each submission."""
        robot = cast("Mapping[str, Any]", wire.get("AgentParams", {}))
        return {**wire, "AgentParams": {**robot, "UserId": ""}}

    def called_back(self, request: Request[Any], app: App | None) -> bool:
        """Tell whether relay events come; of a relay into rooms alone none do."""
        starts = isinstance(request, StartPublishCdnStream) and request.target_urls
        return bool(starts and app and app.callback_key)

    def signed(
        self, request: Request[Any], app: App | None, at: datetime
    ) -> Request[Any]:
        """Mint the UserSigs that it needs, as late as can be: they do not live long."""
        signable = (StartPublishCdnStream, UpdatePublishCdnStream)
        if not isinstance(request, signable) or app is None:
            return request
        return request.signed(
            lambda user: usersig.mint(
                user,
                sdk_app_id=app.sdk_app_id,
                key=app.usersig_key,
                at=at,
                expire=app.usersig_seconds,
            )
        )

    def numbered(self, request: Request[Any], sending: Intent) -> Request[Any]:
        """Number a change: Tencent drops one whose number is not the largest yet."""
        if not isinstance(request, UpdatePublishCdnStream):
            return request
        return request.numbered(sending.sequence)

    def yields(self, reply: Reply) -> Yield:
        """Keep the TaskId of a start."""
        return Yield(ref=reply.task_id if isinstance(reply, RelayStarted) else "")

    def fold(self, thing: Intent, facts: Sequence[Fact]) -> Standing:
        """Return what *facts* say of the relay, target by target, and of its copies."""
        standing, links = live.fold(thing, facts), links_of(facts)
        return replace(standing, links=links) if links else standing

    def was_live(self, facts: Sequence[Fact]) -> bool:
        """Tell whether a target was ever said to be running."""
        return live.was_live(facts)

    def news(self, before: Intent, after: Intent) -> Iterable[Notice]:
        """Yield each change to worse, each recovery, and the end."""
        return news.news(before, after)

    def ending(self, thing: Intent) -> Ended | None:
        """Return the request that stops it; None if its ID is none that can be sent."""
        request = self.stop_of(thing) if thing.subject.ref else None
        if request is None:  # news of it is kept all the same
            return None
        return Ended(request=request.to_json(), masked=request.masked())

    def stop_of(self, thing: Intent) -> Request[Any] | None:
        """Return the request that stops it, or waits for its TaskId."""
        task = thing.subject.ref or NOT_KNOWN
        fields = {"SdkAppId": thing.subject.sdk_app_id, "TaskId": task}
        try:
            return StopPublishCdnStream.of(fields)
        except InvalidRequest:
            return None

    def standing(self, intent: Intent) -> str:
        """Return in a few words how it stands."""
        return card.standing(intent)

    def told(
        self, intent: Intent, facts: Mapping[str, Any], *, runs: bool = True
    ) -> Outcome:
        """Return the line in the thread of its card that says what became of it."""
        draw = copies.told if facts["what"] in copies.LINES else news.told
        return draw(intent, facts, runs=runs)

    def place(self, intent: Intent) -> str:
        """Return its room, and the type of that where a reader would guess wrong."""
        return gist.place(intent)

    def sentence(self, intent: Intent) -> Iterable[Span]:
        """Yield what its headline cannot say."""
        is_unknown = intent.state is State.UNKNOWN
        return in_lines(
            unknown.verdict(intent) if is_unknown else card.sentence(intent),
            () if is_unknown else update.sentence(intent),
            copies.sentence(intent),
        )

    def towards(self, intent: Intent) -> Sequence[tuple[Span, ...]]:
        """Return its push targets, with how each stands."""
        return targets.lines(intent)

    def offers(self, intent: Intent) -> Iterable[Button]:
        """Yield what settles an unknown one, and what starts a failed one again."""
        if intent.state is State.UNKNOWN:
            yield from unknown.settling(intent)
        elif intent.state is State.NOT_STARTED and intent.masked:
            yield copies.again_button(intent, _("Edit and retry"))
        else:
            yield from update.buttons(intent)

    def body(self, intent: Intent) -> Iterable[Part]:
        """Yield what it may have become, and the other TaskIds that came."""
        yield from update.body(intent)
        yield from card.candidates(intent)

    def result(self, intent: Intent) -> str:
        """Return the sentence on how a stop or a change of one ended."""
        changes = intent.subject.changes
        return update.result(intent) if changes else super().result(intent)

    def result_parts(self, intent: Intent) -> Iterable[Part]:
        """Yield what a change makes another."""
        return update.result_parts(intent) if intent.subject.changes else ()

    def result_buttons(self, intent: Intent) -> Iterable[Button]:
        """Yield what can be done about a lost change, or a stop in vain."""
        if intent.subject.ends:
            return card.stop_again(intent)
        return update.result_buttons(intent) if intent.subject.changes else ()

    def facts(self, intent: Intent) -> Iterable[tuple[Span, ...]]:
        """Yield who changed it, when it is to be stopped, its original and copies."""
        yield from update.facts(intent)
        yield from timers.due(intent)
        yield from copies.small_print(intent)

    def menu(self, intent: Intent) -> Iterable[Button]:
        """Yield what starts another like it, and what shows all that can be done."""
        return copies.menu(intent)

    def again(self, intent: Intent) -> Iterable[Button]:
        """Yield what opens the form as it was filled in."""
        return copies.again(intent)

    def details(self, intent: Intent) -> Iterable[Part]:
        """Yield its targets, its application, and what else does not change."""
        return details.details(intent)

    def unknown(self, intent: Intent) -> Iterable[Part]:
        """Yield what to check, in which order."""
        return unknown.checks(intent)

    def gist(self, intent: Intent) -> str:
        """Return its room and where it leads, as a row of a list has them."""
        return gist.gist(intent)

    def measured(self, intent: Intent) -> tuple[Span, ...]:
        """Return what the CDN of its targets gets."""
        return quality.in_row(intent)

    def open_button(self, intent: Intent) -> Button:
        """Return the button that shows it, of the command that stops it."""
        return Button(_("Open"), self.command, f"status {intent.id}")

    def end_button(self, intent: Intent) -> Button | None:
        """Return the button that stops it."""
        return card.stop_button(intent)

    @property
    def alarms(self) -> Mapping[str, Alarm]:
        """Warn of what costs money or viewers, and of what cannot be right."""
        return {
            CONTRADICTION: alarms.contradicted,
            REVIVED: alarms.revived,
            news.PUSH_FAILED: news.alarm,
            alarms.ROOM_EMPTY: alarms.room_empty,
            still.ALARM: still.alarm,
            alarms.NOT_LIVE: alarms.not_live,
            alarms.STUCK: alarms.stuck,
            alarms.LAST_DAY: alarms.last_day,
            alarms.OUT_OF_REACH: alarms.out_of_reach,
            UNTIMED: timers.untimed,
        }

    def previews(self, intent: Intent) -> Iterable[Button]:
        """Yield the layout of a mix, as a picture."""
        if intent.handle and mixed(intent.masked):
            yield Button(_("Preview"), "relay", f"preview {intent.handle}")

    def repeated_by_hand(self, intent: Intent) -> str:
        """Return the line that stops a relay; of a start, also those that repeat it."""
        stop, again = retyped.stop_line(intent), super().repeated_by_hand(intent)
        if intent.action == STOP:
            return stop
        return f"{stop}\n\n{again}" if intent.subject.ref else again

    def unsent(self, intent: Intent) -> Iterable[str]:
        """Yield the robots, which are the bot's own, and their UserSigs."""
        return retyped.unsent(intent.masked)

    def retyped(self, intent: Intent) -> str:
        """Return the `/relay start …` that asks for the same relay."""
        subject = intent.subject
        return retyped.start_line(intent.masked, subject.app, subject.region)
