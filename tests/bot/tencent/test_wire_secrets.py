"""No answer is told before what the request knows to be secret was cut out of it."""

import pytest

from bot.errors import NoAnswer, NotSent, Refused
from bot.runtime.redact import MASK, Redactor
from bot.tencent.models.gs import CoStreamSlaves
from bot.tencent.models.trtc.requests import RelayStarted
from bot.tencent.retry import class_of
from bot.tencent.wire import as_told, without_secrets

TASK = "-m97l2ZU7vxyBSmXYsRx1Xy9Kf4bVVfbbhSKC4K-4pycoZWKv542xbi139uTvGt1zAHoAQ.."


def test_what_is_secret_is_cut_out_before_the_text_is_cut_to_a_length():
    hide = Redactor(["k3y" * 10])
    error = Refused("X", "a" * 985 + "k3y" * 10)

    told = without_secrets(error, hide)

    assert told.message == "a" * 985 + MASK


def test_a_code_and_a_request_id_that_quote_a_secret_tell_nothing_of_it():
    error = Refused("k3y-k3y", "k3y-k3y", request_id="a.K3Y-K3Y")

    told = without_secrets(error, Redactor(["k3y-k3y"]))

    assert (told.code, told.message, told.request_id) == (MASK, MASK, "")
    assert str(told) == f"{MASK}: {MASK}"


@pytest.mark.parametrize(
    ("code", "secret", "told"),
    [
        ("RequestLimitExceeded", "request", "RequestLimitExceeded"),
        ("FailedOperation.TooFrequently", "operation", "FailedOperation.TooFrequently"),
        ("InvalidParameter.StreamK3y", "streamk3y", f"InvalidParameter.{MASK}"),
        ("Request.K3y", "request", f"{MASK}.K3y"),
    ],
)
def test_a_code_that_is_listed_says_what_happened_whatever_a_stream_is_called(
    code, secret, told
):
    error = without_secrets(Refused(code, ""), Redactor([secret]))

    assert error.code == told
    assert class_of(error) is class_of(Refused(code, ""))


def test_what_cannot_be_trusted_quotes_nothing_secret_and_keeps_its_task_ids():
    error = NoAnswer("It came as text/k3y-k3y.", salvaged=TASK, candidates=[TASK])

    told = without_secrets(error, Redactor(["k3y-k3y"]))

    assert str(told) == f"It came as text/{MASK}."
    assert (told.salvaged, told.candidates) == (TASK, (TASK,))


def test_what_never_left_quotes_nobody():
    error = NotSent("no connection", lasting=True)

    assert without_secrets(error, Redactor(["connection"])) is error


def test_of_a_reply_every_text_but_the_task_id_is_hidden():
    started = RelayStarted(task_id="rtmp://h/a/TaskId", request_id="r-k3yk3y")
    phones = CoStreamSlaves(
        master_instance_id="rtmp://h/a/key", online_instance_ids=("eJ" + "a" * 50,)
    )

    assert as_told(started, ["K3YK3Y"]).model_dump() == {
        "request_id": "",
        "task_id": "rtmp://h/a/TaskId",
    }
    assert as_told(phones, ()).model_dump(exclude_none=True) == {
        "request_id": "",
        "master_instance_id": f"rtmp://h/a/{MASK}",
        "online_instance_ids": (MASK,),
    }
