"""Relays: whatever is within the ranges goes out as it was given."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.tencent.models.trtc.requests import StartPublishCdnStream

users = st.from_regex(r"u[a-z0-9]{1,8}", fullmatch=True)
flags = st.sampled_from([0, 1])
pixels = st.integers(0, 4000)
colours = st.from_regex(r"0x[0-9A-F]{6}", fullmatch=True)
pictures = st.just("https://example.com/a.png")


def some(required, **optional):
    return st.fixed_dictionaries(required, optional=optional)


streams = some(
    {"UserInfo": some({"UserId": users}, RoomId=st.just("295066"), RoomIdType=flags)},
    StreamType=flags,
).filter(lambda stream: stream["UserInfo"].get("RoomIdType", 0) == 0)


@st.composite
def cells(draw, canvas):
    width = draw(st.integers(1, max(canvas["Width"], 1)))
    height = draw(st.integers(1, max(canvas["Height"], 1)))
    cell = draw(
        some(
            {},
            UserMediaStream=streams,
            ZOrder=pixels,
            RenderMode=st.just(0),
            TransparentUrl=pictures,
            BackGroundColor=colours,
            BackgroundImageUrl=pictures,
            BackGroundColorMode=st.integers(0, 3),
            EnableStreamSEI=flags,
            CustomCrop=st.fixed_dictionaries(
                {
                    "LocationX": st.integers(0, 5000),
                    "LocationY": st.integers(0, 5000),
                    "Width": st.integers(1, 5000),
                    "Height": st.integers(1, 5000),
                }
            ),
        )
    )
    sized = {
        "ImageWidth": min(width, canvas["Width"]),
        "ImageHeight": min(height, canvas["Height"]),
        "LocationX": draw(st.integers(0, max(canvas["Width"] - width, 0))),
        "LocationY": draw(st.integers(0, max(canvas["Height"] - height, 0))),
    }
    return {**cell, **sized}


@st.composite
def layouts(draw, canvas):
    mode = draw(st.integers(1, 4))
    if mode == 4:
        found = draw(st.lists(cells(canvas), min_size=1, max_size=16))
        return {"MixLayoutMode": 4, "MixLayoutList": found}
    optional = {
        "RenderMode": st.integers(0, 2),
        "PureAudioHoldPlaceMode": flags,
        "EnableStreamSEI": flags,
    }
    if mode < 3:
        optional["MaxVideoUser"] = st.fixed_dictionaries({"UserMediaStream": streams})
    return {"MixLayoutMode": mode, **draw(some({}, **optional))}


@st.composite
def videos(draw, *, mixed):
    encode = draw(
        st.fixed_dictionaries(
            {
                "Width": st.integers(0, 1920),
                "Height": st.integers(0, 1920),
                "Fps": st.integers(1, 60),
                "BitRate": st.integers(1, 10_000),
                "Gop": st.integers(1, 5),
            }
        )
    )
    optional = {"BackGroundColor": colours, "BackgroundRenderMode": st.integers(0, 2)}
    if mixed:
        optional["LayoutParams"] = layouts(encode)
    return {"VideoEncode": encode, **draw(some({}, **optional))}


@st.composite
def relays(draw):
    mixed = draw(st.booleans())
    codec = draw(st.sampled_from([0, 1, 2]))
    rates = [48_000, 44_100, 32_000, 24_000, 16_000, *([8000] if codec == 0 else [])]
    names = draw(st.lists(st.integers(0, 99), min_size=1, max_size=10, unique=True))
    fields = {
        "SdkAppId": draw(st.integers(1, 2**32 - 1)),
        "RoomId": "295066",
        "RoomIdType": 0,
        "AgentParams": {
            "UserId": draw(st.from_regex(r"pb_[A-Z0-9]{26}", fullmatch=True)),
            "MaxIdleTime": draw(st.integers(5, 86_400)),
        },
        "WithTranscoding": int(mixed),
        "AudioParams": {
            "AudioEncode": {
                "SampleRate": draw(st.sampled_from(rates)),
                "Channel": 2 if codec == 2 else draw(st.sampled_from([1, 2])),
                "BitRate": draw(st.integers(8, 500)),
                "Codec": codec,
            }
        },
        "PublishCdnParams": [
            {
                "PublishCdnUrl": f"rtmp://push.example.com/live/{name}",
                "IsTencentCdn": draw(flags),
            }
            for name in names
        ],
    }
    if draw(st.booleans()):
        fields["VideoParams"] = draw(videos(mixed=mixed))
    if not mixed:
        fields["SingleSubscribeParams"] = {"UserMediaStream": draw(streams)}
    return fields


@settings(max_examples=100, deadline=None)
@given(relays())
def test_whatever_is_within_the_ranges_goes_out_as_it_was_given(fields):
    assert StartPublishCdnStream.of(fields).to_wire() == fields
    assert StartPublishCdnStream.of_json(json.dumps(fields)).to_wire() == fields
