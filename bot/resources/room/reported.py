"""What the numbers mean by which TRTC's SDKs report: events, bad experiences, causes.

Those that matter when a picture is black or broken are named; the others keep their
number, which the page has.

Page: https://trtc.io/document/37906
"""

from collections.abc import Mapping

from bot.i18n import _, later

ANY = -1  # whatever the first parameter is

_EVENTS: Mapping[tuple[int, int], str] = {
    (1003, 0): later("network lost"),
    (1003, 1): later("network: Wi-Fi"),
    (1003, 2): later("network: 4G"),
    (1003, 3): later("network: 3G"),
    (1003, 4): later("network: 2G"),
    (1003, 5): later("network: wired"),
    (2001, 0): later("app in the foreground"),
    (2001, 1): later("app in the background"),
    (2002, 1): later("app may not use the network"),
    (2002, 4): later("app may not record sound"),
    (2002, 5): later("app may not use the camera"),
    (3001, 0): later("microphone on"),
    (3001, 1): later("muted"),
    (3001, 2): later("microphone off"),
    (3001, 3): later("not muted any more"),
    (4001, ANY): later("camera opened"),
    (4002, ANY): later("camera could not be opened"),
    (4006, 0): later("video sent"),
    (4006, 1): later("video paused"),
    (4006, 2): later("camera on"),
    (4006, 3): later("camera off"),
    (5001, ANY): later("entering the room"),
    (5003, 0): later("entering the room failed"),
    (5003, 1): later("entered the room"),
    (5004, ANY): later("video began to be sent"),
    (5005, ANY): later("connection to Tencent timed out"),
    (5008, 1): later("left the room"),
    (7000, 0): later("entered the room"),
    (7000, 1): later("entered the room again"),
    (7001, 0): later("left the room"),
    (7001, 1): later("timed out"),
    (7001, 2): later("was removed"),
    (32768, ANY): later("video sent"),
    (32769, ANY): later("microphone on"),
    (32770, ANY): later("video paused"),
    (32771, ANY): later("microphone off"),
    (32773, ANY): later("video off, black is sent"),
    (32788, ANY): later("entered the room"),
    (32789, ANY): later("left the room"),
    (32790, ANY): later("signalling lost"),
    (32792, ANY): later("media connection lost"),
    (36864, ANY): later("signalling lost"),
}
_EXPERIENCES: Mapping[int, str] = {
    1: later("entering the room was slow"),
    2: later("video could not be switched on"),
    3: later("sound could not be switched on"),
    4: later("video stuttered"),
    5: later("sound stuttered"),
}
_CAUSES: Mapping[int, str] = {
    1005: later("entering the room failed"),
    1012: later("wrong UserSig"),
    1013: later("entering the room timed out"),
    1014: later("the account is in arrears or used up"),
    1015: later("camera could not be opened"),
    1016: later("app may not use the camera"),
    1018: later("the camera is in use elsewhere"),
    1019: later("microphone could not be opened"),
    1020: later("app may not record sound"),
    1028: later("the system stopped sharing the screen"),
    1029: later("video could not be encoded"),
    2001: later("the device's CPU was too busy"),
    2002: later("the app used too much CPU"),
    2003: later("sending took too long"),
    2004: later("sending was uneven"),
    2005: later("sound was lost on the way up"),
    2006: later("the microphone recorded silence"),
    2007: later("video was lost on the way up"),
    2009: later("the screen was lost on the way up"),
    2010: later("the camera gave too few frames"),
    2013: later("receiving took too long"),
    2014: later("receiving was uneven"),
    2015: later("sound was lost on the way down"),
    2017: later("video was lost on the way down"),
    2020: later("too few frames were shown"),
    2023: later("sound stuttered"),
    2024: later("video stuttered"),
}


def happening(event: int, one: int, two: int) -> str:
    """Return what an SDK reports by an *event*, with its two parameters."""
    text = _EVENTS.get((event, one)) or _EVENTS.get((event, ANY))
    if text:
        return _(text)
    return _("event {id} ({one}, {two})").format(id=event, one=one, two=two)


def bad_experience(number: int) -> str:
    """Return what went badly, by its *number*."""
    text = _EXPERIENCES.get(number)
    return _(text) if text else _("experience {id}").format(id=number)


def bad_cause(number: int) -> str:
    """Return what may have caused it, by its *number*."""
    text = _CAUSES.get(number)
    return _(text) if text else _("cause {id}").format(id=number)
