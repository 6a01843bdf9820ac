"""Whose CDN a push target is on: as was said, as the app lists, as is built in."""

import pytest

from bot.errors import InvalidRequest
from bot.resources.relay.cdn import (
    cdn_remarks,
    choice_of,
    targets_of,
    unsettled,
)
from bot.settings import App

APP = App(
    name="main",
    sdk_app_id=1,
    usersig_key="k" * 8,
    tencent_push_hosts=("push.mycompany.example", ".cdn.mycompany.example"),
)
BUILT_IN = ("livepush.myqcloud.com", "tlivepush.com", "push.tlivecloud.com")
MANNERS = {  # how one and the same host may be written
    "as it is": "{host}",
    "in capitals": "{HOST}",
    "with a port": "{host}:1935",
    "with a last dot": "{host}.",
}


def written(host, manner):
    name = MANNERS[manner].format(host=host, HOST=host.upper())
    return f"rtmp://{name}/live/a?txTime=1"


def flags(plan, app=APP):
    return [target["IsTencentCdn"] for target in targets_of(plan, app)]


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize(
    ("host", "tencents"),
    [
        *((f"3891.{suffix}", 1) for suffix in BUILT_IN),
        *((f"3891.x{suffix}", 0) for suffix in BUILT_IN),
        *((f"3891.{suffix}.evil.example", 0) for suffix in BUILT_IN),
        ("push.mycompany.example", 1),
        ("a.cdn.mycompany.example", 1),
        ("a.push.mycompany.example", 0),
        ("push.example.com", 0),
    ],
)
def test_a_host_is_tencents_by_its_name_or_by_the_apps_list(host, tencents, manner):
    url = written(host, manner)

    assert flags({"url": url}) == [tencents]
    assert unsettled({"url": url}, APP) == (() if tencents else (host,))


@pytest.mark.parametrize("word", ["tencent", "other"])
@pytest.mark.parametrize("host", ["1.livepush.myqcloud.com", "push.example.com"])
@pytest.mark.parametrize("by", ["key", "form"])
def test_what_was_said_counts_before_every_list(host, word, by):
    said = {"cdn": word} if by == "key" else {choice_of(host): word}
    plan = {"url": f"rtmp://{host}/live/a", **said}

    assert flags(plan) == [int(word == "tencent")]
    assert unsettled(plan, APP) == ()


def test_the_key_holds_for_all_targets_or_for_each_in_turn():
    urls = "rtmp://a.example/l/1 rtmp://b.example/l/2"

    assert flags({"url": urls, "cdn": "tencent"}) == [1, 1]
    assert flags({"url": urls, "cdn": "other\ntencent"}) == [0, 1]


@pytest.mark.parametrize(
    ("urls", "cdn", "sentence"),
    [
        (
            "rtmp://a.example/l/1 rtmp://b.example/l/2 rtmp://c.example/l/3",
            "other tencent",
            "Say it once for all 3 targets, or once for each.",
        ),
        (
            "rtmp://a.example/l/1 rtmp://A.example/l/2",
            "other tencent",
            "a.example cannot be both: say tencent or other.",
        ),
    ],
)
def test_a_word_that_cannot_be_is_refused(urls, cdn, sentence):
    with pytest.raises(InvalidRequest) as refused:
        targets_of({"url": urls, "cdn": cdn}, APP)

    assert refused.value.faults == {"cdn": sentence}


@pytest.mark.parametrize(
    ("targets", "remark"),
    [
        ([], ""),
        ([("rtmp://a.example/l/****", 1)], ""),
        (
            [("rtmp://a.example/l/****", 0), ("rtmp://b.example/l/****", 1)],
            (
                "a.example is sent as other CDN, which is billed."
                " If it is on Tencent's CDN, start it with cdn=tencent."
            ),
        ),
        (
            [("rtmp://a.example/l/****", 0), ("rtmp://b.example:1935/l/****", 0)],
            (
                "a.example, b.example are sent as other CDN, which is billed."
                " If they are on Tencent's CDN, start it with cdn=tencent."
            ),
        ),
    ],
)
def test_what_is_billed_and_how_to_mend_it_is_said(targets, remark):
    wire = {
        "PublishCdnParams": [
            {"PublishCdnUrl": url, "IsTencentCdn": flag} for url, flag in targets
        ]
    }

    assert list(cdn_remarks(wire)) == ([remark] if remark else [])
