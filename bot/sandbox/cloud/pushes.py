"""What the loopback cloud's CDN gets of each relay, and the actions that tell of it.

Every target is pushed with the frame rate and bit rate that its relay was asked for,
until a knob lets that fall, go black or vanish. Nothing knows of a stream whose host
is not a domain of the account: here each is. https://www.tencentcloud.com/document/product/267
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.cloud.checks import CloudFault
from bot.sandbox.cloud.state import CloudState, Relay

WELL, FALLS, BLACK, VANISHES, FORBIDDEN = "well", "falls", "black", "gone", "forbidden"
HOW = (WELL, FALLS, BLACK, VANISHES, FORBIDDEN)
_PART = {FALLS: 0.4, BLACK: 0.025}  # of the bit rate
_KILO = 1000
_FPS, _KBPS = 15, 1500  # of a relay that does not say
_EVERY = timedelta(seconds=60)  # from one reading of a stream to the next
_LONGEST = timedelta(hours=3)
_OFTEN = 200  # readings of one answer

Answer = dict[str, Any]
Stream = tuple[str, str, str]  # domain, path, name


@dataclass
class Pushes:
    """What is pushed by the relays of *state*; *clock* is the cloud's.

    `habits` has for each stream since when it is how, in the order in which that was.
    """

    state: CloudState
    clock: Callable[[], float]
    habits: dict[Stream, list[tuple[float, str]]] = field(default_factory=dict)
    looks: int = 0  # how often all that is pushed was asked for

    @property
    def actions(self) -> dict[str, Callable[[Answer], Answer]]:
        """What answers each action."""
        return {
            "DescribeLiveStreamPushInfoList": self._list,
            "DescribeStreamPushInfoList": self._readings,
            "DescribeLiveStreamState": self._state,
        }

    def happens(self, relay: Relay, how: str, number: int | None = None) -> None:
        """Let *relay* be pushed *how* from now on, all of it or the target *number*."""
        for at, url in enumerate(relay.urls):
            if number is None or number == at:
                self.habits.setdefault(stream_of(url), []).append((self.clock(), how))

    def how(self, url: str, at: float | None = None) -> str:
        """Return how the stream at *url* is pushed, or was *at* a moment."""
        until = self.clock() if at is None else at
        went = self.habits.get(stream_of(url), [])
        return next((how for since, how in reversed(went) if since <= until), WELL)

    def _pushed(self) -> Iterator[tuple[Relay, str]]:
        for relay in self.state.running:
            for url in relay.urls:
                if self.how(url) not in {VANISHES, FORBIDDEN}:
                    yield relay, url

    def _list(self, fields: Answer) -> Answer:
        self.looks += 1
        wanted = [
            (relay, url)
            for relay, url in self._pushed()
            if fields.get("PushDomain") in {None, stream_of(url)[0]}
            and fields.get("AppName") in {None, stream_of(url)[1]}
        ]
        number, size = fields.get("PageNum", 1), fields.get("PageSize", 200)
        shown = wanted[(number - 1) * size : number * size]
        return {
            "DataInfoList": [self._row(relay, url) for relay, url in shown],
            "TotalNum": len(wanted),
            "TotalPage": -(-len(wanted) // size),
            "PageNum": number,
            "PageSize": size,
        }

    def _row(self, relay: Relay, url: str) -> Answer:
        domain, path, name = stream_of(url)
        fps, bits = self._figures(relay, url, self.clock())
        return {
            "StreamName": name,
            "AppName": path,
            "PushDomain": domain,
            "ClientIp": "203.0.113.9",
            "ServerIp": "203.0.113.10",
            "VideoFps": fps,
            "VideoSpeed": bits,
            "AudioFps": 47,
            "AudioSpeed": 64 * _KILO,
            "BeginPushTime": _utc(relay.started_at),
            "Acodec": "AAC",
            "Vcodec": "H264",
            "Resolution": "1280*720",
        }

    def _figures(self, relay: Relay, url: str, at: float) -> tuple[int, int]:
        """Return the frames and bits a second of a stream *at* a moment."""
        video = (relay.start.get("VideoParams") or {}).get("VideoEncode") or {}
        bits = video.get("BitRate", _KBPS) * _KILO
        part = _PART.get(self.how(url, at), 1.0)
        return video.get("Fps", _FPS), round(bits * part)

    def _readings(self, fields: Answer) -> Answer:
        start, end = _moment(fields["StartTime"]), _moment(fields["EndTime"])
        if not timedelta() < end - start <= _LONGEST:
            raise CloudFault("InvalidParameter", "The time is 3 hours at most.")
        rows: list[Answer] = []
        for relay, url in self._of(fields, "PushDomain"):
            at = max(start.timestamp(), relay.started_at)
            until = min(end.timestamp(), relay.stopped_at or end.timestamp())
            while at <= until and len(rows) < _OFTEN:
                if self.how(url, at) not in {VANISHES, FORBIDDEN}:
                    fps, bits = self._figures(relay, url, at)
                    row = {"Time": _utc(at), "VideoFps": fps, "VideoRate": bits}
                    rows.append({**row, "ClientIp": "203.0.113.9"})
                at += _EVERY.total_seconds()
        return {"DataInfoList": rows}

    def _state(self, fields: Answer) -> Answer:
        standings = [self.how(url) for _relay, url in self._of(fields, "DomainName")]
        if FORBIDDEN in standings:
            return {"StreamState": "forbid"}
        active = any(one != VANISHES for one in standings)
        return {"StreamState": "active" if active else "inactive"}

    def _of(self, fields: Answer, domain: str) -> Iterator[tuple[Relay, str]]:
        """Yield what pushes, or pushed, the stream that *fields* name."""
        named = (fields.get(domain), fields.get("AppName"), fields["StreamName"])
        for relay in self.state.relays.values():
            for url in relay.urls:
                pairs = zip(named, stream_of(url), strict=True)
                if all(one in {None, other} for one, other in pairs):
                    yield relay, url


def stream_of(url: str) -> Stream:
    """Return the stream that is pushed to *url*, as the CDN names it."""
    parts = urlsplit(url)
    path, _slash, name = parts.path.strip("/").partition("/")
    return parts.hostname or "", path, name


def _utc(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise CloudFault("InvalidParameter", f"{text} is no time.") from None
    if at.tzinfo is None:
        raise CloudFault("InvalidParameter", "A time is UTC, with a Z.")
    return at
