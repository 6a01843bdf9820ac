"""What the loopback cloud recorded of rooms, made of the events that it tells.

A call is one life of a room. Whoever timed out had a bad time, and who has a camera on
sends a megabit and a half. https://www.tencentcloud.com/document/product/647/44050
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

Json = dict[str, Any]

CREATED, DISMISSED, ENTERED, LEFT = 101, 102, 103, 104
TIMED_OUT = 2  # a reason of leaving
# The ID and the first parameter under which the SDK reports what an event tells.
REPORTED = {
    ENTERED: (5003, 1),
    LEFT: (7001, 0),
    201: (4006, 2),
    202: (4006, 3),
    203: (3001, 0),
    204: (3001, 2),
    205: (4006, 0),
    206: (4006, 1),
}
SLOW_NETWORK, VIDEO_LAGGED = 2003, 4
BITS, ROUND_TRIP = 1_500_000, 42  # a second, and milliseconds
MOST_UNUSUAL, MOST_MEASURED = 20, 6
MINUTE, HOUR = 60, 3600


@dataclass
class Call:
    """One life of a room; times are Unix seconds, 0 for not yet.

    Of an event it is its time in milliseconds, the user, its EventType and its reason.
    """

    room: str
    made: int
    events: list[tuple[int, str, int, int]] = field(default_factory=list)
    ended: int = 0

    def stays(self, now: int) -> Iterator[Json]:
        """Yield each stay in it, as `UserInformation`."""
        open_: dict[str, Json] = {}
        for millis, user, kind, _reason in self.events:
            at = millis // 1000
            if kind == ENTERED:
                open_[user] = {
                    "RoomStr": self.room,
                    "UserId": user,
                    "JoinTs": at,
                    "LeaveTs": now,
                    "DeviceType": "iOS",
                    "SdkVersion": "12.4.0",
                    "ClientIp": "203.0.113.7",
                    "Finished": False,
                }
            elif kind == LEFT and user in open_:
                yield open_.pop(user) | {"LeaveTs": at, "Finished": True}
        yield from open_.values()


@dataclass
class History:
    """Answers what is asked of the past of *app*; *clock* is the cloud's."""

    app: int
    clock: Callable[[], float]
    calls: dict[str, Call] = field(default_factory=dict)
    _now: dict[Any, Call] = field(default_factory=dict)  # by room, whose type counts

    def take(self, bodies: Iterable[Json]) -> None:
        """Record what the events *bodies* tell."""
        for body in bodies:
            info, kind = body["EventInfo"], body["EventType"]
            room, at = info["RoomId"], info["EventTs"]
            if kind == CREATED or room not in self._now:
                call = self._now[room] = Call(str(room), at)
                self.calls[f"{self.app}_{room}_{at}"] = call
            reason = info.get("Reason", 0)
            event = (info["EventMsTs"], info["UserId"], kind, reason)
            self._now[room].events.append(event)
            if kind == DISMISSED:
                self._now.pop(room).ended = at

    def answer(self, action: str, fields: Json) -> Json:
        """Return what *action* answers to *fields*; of what is not known, nothing."""
        match action:
            case "DescribeRoomInfo":
                return self._rooms(fields)
            case "DescribeUserInfo":
                return self._people(fields)
            case "DescribeUserEvent":
                return self._events(fields)
            case "DescribeCallDetailInfo":
                return self._quality(fields)
            case _:
                return self._unusual(fields)

    def _within(self, millis: int, fields: Json) -> bool:
        return bool(fields["StartTime"] <= millis // 1000 <= fields["EndTime"])

    def _rooms(self, fields: Json) -> Json:
        rows = [
            {
                "CommId": name,
                "RoomString": call.room,
                "CreateTime": call.made,
                "DestroyTime": call.ended,
                "IsFinished": bool(call.ended),
            }
            for name, call in self.calls.items()
            if call.room == fields["RoomId"]
            and (not call.ended or call.ended >= fields["StartTime"])
        ]
        shown = _page(rows, fields, 10)
        return {"Total": len(shown), "RoomList": shown}

    def _people(self, fields: Json) -> Json:
        call = self.calls.get(fields["CommId"])
        now = int(self.clock())
        rows = list(call.stays(now)) if call else []
        named = fields.get("UserIds")
        rows = [one for one in rows if not named or one["UserId"] in named]
        return {"Total": len(rows), "UserList": _page(rows, fields, 6)}

    def _events(self, fields: Json) -> Json:
        call = self.calls.get(fields["CommId"])
        content = [
            {
                "Type": 0,
                "Time": at,
                "EventId": REPORTED[kind][0],
                "ParamOne": REPORTED[kind][1],
                "ParamTwo": -1,
            }
            for at, user, kind, _reason in (call.events if call else ())
            if user == fields["UserId"]
            and kind in REPORTED
            and self._within(at, fields)
        ]
        return {"Data": [{"PeerId": "", "Content": content}] if content else []}

    def _quality(self, fields: Json) -> Json:
        call = self.calls.get(fields["CommId"])
        there = [one["UserId"] for one in (call.stays(0) if call else ())]
        users = fields.get("UserIds") or there
        shown = [one for one in dict.fromkeys(users) if one in there][:MOST_MEASURED]
        values = {"bigvBit": BITS, "rtt": ROUND_TRIP}
        wanted = [one for one in fields.get("DataType", ()) if one in values]
        times = range(fields["StartTime"], fields["EndTime"], MINUTE)
        data = [
            {
                "UserId": user,
                "PeerId": "",
                "DataType": name,
                "Content": [{"Time": at, "Value": values[name]} for at in times],
            }
            for user in shown
            for name in wanted
        ]
        return {"Total": len(shown), "UserList": [], "Data": data}

    def _unusual(self, fields: Json) -> Json:
        rows = [
            {
                "UserId": user,
                "ExperienceId": VIDEO_LAGGED,
                "RoomId": call.room,
                "EventTime": at // 1000,
                "AbnormalEventList": [{"AbnormalEventId": SLOW_NETWORK, "PeerId": ""}],
            }
            for call in self.calls.values()
            for at, user, kind, reason in call.events
            if (kind, reason) == (LEFT, TIMED_OUT)
            and call.room == fields.get("RoomId", call.room)
            and self._within(at, fields)
        ]
        shown = list(islice(rows, MOST_UNUSUAL))
        return {"Total": len(shown), "AbnormalExperienceList": shown}


def _page(rows: list[Json], fields: Json, usual: int) -> list[Json]:
    if "PageNumber" not in fields or "PageSize" not in fields:
        return rows[:usual]
    size = fields["PageSize"]
    start = fields["PageNumber"] * size
    return rows[start : start + size]
