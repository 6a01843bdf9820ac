"""What an open form holds beside its fields: nothing that was typed is lost or cut."""

import json

import pytest

from bot.dialogue.ask import Submission
from bot.resources.relay.cdn import choice_of
from bot.resources.relay.draft import mode_of, opened, redrawn, submitted
from bot.settings import Limits

LONG = json.dumps({"RoomId": "1", "AppData": "x" * 3100})
HOST = "push.example.com"


def form(**values):
    return Submission(form_id="d", view="V", hash="h", values=values)


def test_a_number_typed_beside_a_quality_makes_it_a_custom_one():
    draft = opened({"room": "1", "quality": "1080p30", "bitrate": "2500"}, Limits())

    assert draft == {
        "room": "1",
        "quality": "custom",
        "width": "1920",
        "height": "1080",
        "fps": "30",
        "bitrate": "2500",
    }


@pytest.mark.parametrize(
    ("typed", "draft"),
    [
        ({"cdn": "tencent"}, {"cdn": "tencent"}),
        (
            {"cdn": "tencent", "url": f"rtmp://{HOST}/a/b"},
            {choice_of(HOST): "tencent", "url": f"rtmp://{HOST}/a/b"},
        ),
    ],
)
def test_a_word_on_the_cdn_goes_to_the_choice_of_its_host(typed, draft):
    assert opened(typed, Limits()) == draft


def test_json_is_minified_only_if_it_does_not_fit_otherwise():
    fits, laid_out = '{ "a": 1 }', json.dumps({"a": ["b"] * 300}, indent=8)

    assert opened({"json": fits}, Limits())["json"] == fits
    assert len(laid_out) > 3000
    assert opened({"json": laid_out}, Limits())["json"] == json.dumps(
        {"a": ["b"] * 300}, separators=(",", ":")
    )
    assert opened({"json": "{" * 3001}, Limits())["json"] == "{" * 3001


def test_what_was_typed_beside_json_is_told_with_it_and_not_shown_in_the_form():
    draft = opened({"json": "{}", "room": "7", "app": "main", "note": "n"}, Limits())

    assert mode_of(draft) == "paste"
    assert draft == {"json": "{}", "typed:room": "7", "app": "main", "note": "n"}
    assert submitted(draft, form(json="{}", mode="paste")) == {
        "json": "{}",
        "room": "7",
    }


def test_what_a_choice_takes_away_comes_back_with_it():
    kept = redrawn({"room": "1"}, form(room="2", user="ana", what="one"))
    kept = redrawn(kept, form(room=None, what="mix"))

    assert kept == {"user": "ana", "what": "mix"}


def test_what_is_hidden_is_not_sent_in():
    kept = {"room": "1", "user": "ana", "json": "{}"}

    assert submitted(kept, form(room="2", mode="form")) == {"room": "2"}


def test_long_json_is_kept_through_redraws_until_another_replaces_it():
    kept = redrawn({"json": LONG}, form(json=None, mode="paste"))

    assert submitted(kept, form(json=None, mode="paste")) == {"json": LONG}
    assert submitted(kept, form(json="{}", mode="paste")) == {"json": "{}"}
    assert redrawn(kept, form(json="{}", mode="paste"))["json"] == "{}"


def test_a_word_for_all_holds_for_targets_that_come_later():
    assert submitted({"cdn": "other"}, form(url="rtmp://a/b/c", mode="form")) == {
        "url": "rtmp://a/b/c",
        "cdn": "other",
    }
