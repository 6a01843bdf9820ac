"""The relay as a resource: its rules, its tickets, its timers."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from bot.access.limits import check_counts
from bot.dialogue.outcome import Button, Part
from bot.errors import InvalidRequest
from bot.i18n import _
from bot.ids import Kind
from bot.journal.model import CONTRADICTION, Intent
from bot.journal.queries import Usage
from bot.resources.base import Alarm, Resource, Timer, Yield
from bot.resources.relay import alarms, bounds, card, retyped, unknown
from bot.settings import App, Policy
from bot.states import State
from bot.tencent import usersig
from bot.tencent.models.base import Reply, Request
from bot.tencent.models.trtc.requests import (
    RelayStarted,
    StartPublishCdnStream,
    StopPublishCdnStream,
)

RELAY = Kind("R")
START, STOP = StartPublishCdnStream.action, StopPublishCdnStream.action
STUCK, LAST_DAY = "stuck", "last-day"


class Relay(Resource):
    """A TRTC relay: `StartPublishCdnStream` makes it, its TaskId is its ID."""

    kind = RELAY
    product = "trtc"
    command = "relay"
    requests = (StartPublishCdnStream, StopPublishCdnStream)
    settled_by_hand = True
    on_apps = True
    timers = (
        Timer(
            name="silent",
            action=START,
            states=(State.UNKNOWN,),
            since="sent_at",
            after=unknown.CALLBACK_IN,
            called_back=True,
            alarms=False,
        ),
        Timer(
            name="unsettled",
            action=START,
            states=(State.UNKNOWN,),
            since="settled_at",
            after=timedelta(minutes=5),
        ),
        Timer(
            name=STUCK,
            action=STOP,
            states=(State.SENDING,),
            since="sent_at",
            after=timedelta(minutes=2),
        ),
        Timer(
            name="expiring",
            action=START,
            states=(State.STARTED,),
            since="sent_at",
            after=timedelta(days=25),
            to=State.EXPIRING,
            alarms=False,
        ),
        Timer(
            name=LAST_DAY,
            action=START,
            states=(State.EXPIRING, State.STOPPING),
            since="sent_at",
            after=timedelta(days=29),
        ),
    )

    def check(self, request: Request[Any], policy: Policy) -> None:
        """Refuse a start that is too large, or that pushes to a host not listed."""
        if isinstance(request, StartPublishCdnStream):
            bounds.check(request.masked(), policy)

    def admit(self, usage: Usage, policy: Policy, *, again: bool) -> None:
        """Refuse one relay too many, and a twin unless it is asked for."""
        check_counts(usage.live, usage.lately, limits=policy.limits)
        if usage.twin and not again:
            sentence = _(
                "The same relay is running as {handle}; --again starts another."
            )
            raise InvalidRequest({"url": sentence.format(handle=usage.twin.handle)})

    def duplicates(self, request: Request[Any]) -> str:
        """Return a digest of the push targets, whatever their order."""
        if not isinstance(request, StartPublishCdnStream):
            return ""
        urls = sorted(url.get_secret_value() for url in request.target_urls)
        return hashlib.sha256("\n".join(urls).encode()).hexdigest()

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
        """Mint the UserSigs of a start, as late as can be: they live for a day."""
        if not isinstance(request, StartPublishCdnStream) or app is None:
            return request
        return request.signed(
            lambda user: usersig.mint(
                user, sdk_app_id=app.sdk_app_id, key=app.usersig_key, at=at
            )
        )

    def yields(self, reply: Reply) -> Yield:
        """Keep the TaskId of a start."""
        return Yield(ref=reply.task_id if isinstance(reply, RelayStarted) else "")

    def body(self, intent: Intent) -> Iterable[Part]:
        """Yield where it comes from and goes to, and how long it can be stopped."""
        return card.body(intent)

    def unknown(self, intent: Intent) -> Iterable[Part]:
        """Yield what to check, in which order, and how to settle it."""
        return unknown.section(intent)

    def end_button(self, intent: Intent) -> Button | None:
        """Return the button that stops it."""
        return card.stop_button(intent)

    @property
    def alarms(self) -> Mapping[str, Alarm]:
        """Warn of a second relay, a stop that is stuck, the last day in reach."""
        return {
            CONTRADICTION: alarms.contradicted,
            STUCK: alarms.stuck,
            LAST_DAY: alarms.last_day,
        }

    def repeated_by_hand(self, intent: Intent) -> str:
        """Return the line that stops a relay; of a start, also those that repeat it."""
        subject = intent.subject
        stop = (
            f"tccli trtc {STOP} --region {subject.region}"
            f" --SdkAppId {subject.sdk_app_id} --TaskId={subject.ref}"
        )
        if intent.action == STOP:
            return stop
        again = super().repeated_by_hand(intent)
        return f"{stop}\n\n{again}" if subject.ref else again

    def unsent(self, intent: Intent) -> Iterable[str]:
        """Yield the robots, which are the bot's own, and their UserSigs."""
        yield from ("AgentParams.UserId", "AgentParams.UserSig")
        for number, _room in enumerate(intent.masked.get("FeedBackRoomParams") or ()):
            yield f"FeedBackRoomParams.{number}.UserSig"

    def retyped(self, intent: Intent) -> str:
        """Return the `/relay start …` that asks for the same relay."""
        subject = intent.subject
        return retyped.start_line(intent.masked, subject.app, subject.region)
