"""Requests that have a secret in every field that can hold one, made for this run."""

import secrets
from collections.abc import Mapping

from pydantic import SecretStr

from bot.tencent.models.car import CreateSession
from bot.tencent.models.trtc.requests import StartPublishCdnStream

APP = 1400188366
# The types whose values are secret, or may have a secret in them.
OPENING = (SecretStr, "WebUrl")


def canary():
    """Return a secret that nothing else is equal to."""
    return f"c4n4ry{secrets.token_hex(8)}"


def start_fields(made, *, app=APP, agent="pb_0"):
    """Return the fields of a start; *made* gets each secret that goes into it."""

    def one():
        made.append(canary())
        return made[-1]

    def web(name):
        return f"https://pictures.example.com/{name}.png?q-sign={one()}&w=1"

    target = f"rtmp://push.example.com/live/{one()}?tx" + f"Secret={one()}&txTime=1"
    store = {"AccessKey": one(), "SecretKey": one()}
    store |= {"Vendor": 1, "Region": "us-east-1", "Bucket": "store"}
    store |= {"EndpointUrl": f"https://s3.example.com/?token={one()}"}
    cell = {"BackgroundImageUrl": web("cell"), "TransparentUrl": web("mask")}
    picture = {"WaterMarkUrl": web("mark"), "WaterMarkWidth": 10}
    picture |= {"WaterMarkHeight": 10, "LocationX": 0, "LocationY": 0}
    return {
        "SdkAppId": app,
        "RoomId": "295066",
        "RoomIdType": 0,
        "AgentParams": {"UserId": agent, "UserSig": one(), "MaxIdleTime": 30},
        "WithTranscoding": 1,
        "AudioParams": {
            "AudioEncode": {"SampleRate": 48000, "Channel": 2, "BitRate": 64}
        },
        "VideoParams": {
            "VideoEncode": {
                "Width": 1280,
                "Height": 720,
                "Fps": 15,
                "BitRate": 1536,
                "Gop": 2,
            },
            "LayoutParams": {"MixLayoutMode": 4, "MixLayoutList": [cell]},
            "BackgroundImageUrl": web("ground"),
            "WaterMarkList": [{"WaterMarkType": 0, "WaterMarkImage": picture}],
        },
        "PublishCdnParams": [{"PublishCdnUrl": target, "IsTencentCdn": 1}],
        "SeiParams": {
            "PassThrough": {
                "PayloadContent": f"to RTMP://push.example.com/{one()}",
                "PayloadType": 100,
            }
        },
        "FeedBackRoomParams": [
            {"RoomId": "2", "RoomIdType": 0, "UserId": "fb", "UserSig": one()}
        ],
        "RecordParams": {
            "UniRecord": 3,
            "McuStorageParams": {"CloudStorage": store},
        },
    }


def session_fields(made):
    """Return the fields of a render session; *made* gets each secret of it."""
    made += [canary(), canary()]
    return {
        "UserId": "cg_user",
        "UserIp": "125.127.178.228",
        "ClientSession": made[-2],
        "ApplicationParameters": f"--password {made[-1]}",
    }


def start(made):
    """Return a start, and let *made* have each secret of it."""
    return StartPublishCdnStream.of(start_fields(made))


def session(made):
    """Return the opening of a render session, and let *made* have its secrets."""
    return CreateSession.of(session_fields(made))


def leaves(value, path=()):
    """Yield where each plain value of JSON stands, and the value."""
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from leaves(one, (*path, name))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from leaves(one, (*path, str(number)))
    else:
        yield ".".join(path), value
