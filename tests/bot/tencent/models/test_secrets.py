"""A request knows every text in it that must not come back."""

from typing import get_args

import pytest
from pydantic import BaseModel, SecretStr

from bot.tencent.models import REQUESTS
from bot.tencent.models.gs import DescribeCloudPhoneMultipleStreamSessionSlaves
from bot.tencent.models.urls import WebUrl
from tests.bot.tencent import whole

WEB = get_args(WebUrl)[-1]  # what a field of this type carries, and no other


def opening(model):
    """Yield the name of every field below *model* that is, or may hold, a secret."""
    for name, field in model.model_fields.items():
        carried = [one.__metadata__ for one in kinds(field.annotation) if is_rich(one)]
        carried.append(tuple(field.metadata))
        is_web = any(WEB in metadata for metadata in carried)
        if is_web or SecretStr in kinds(field.annotation):
            yield field.alias or name
        for inner in kinds(field.annotation):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from opening(inner)


def kinds(annotation):
    """Yield every type in *annotation*, however deep."""
    yield annotation
    for one in get_args(annotation):
        yield from kinds(one)


def is_rich(kind):
    return hasattr(kind, "__metadata__")


@pytest.mark.parametrize("make", [whole.start, whole.session])
def test_every_secret_of_a_request_is_known_and_none_is_shown(make):
    made = []
    request = make(made)

    known, shown = request.secrets(), str(request.masked())

    assert [one for one in made if one not in known] == []
    assert [one for one in made if one in shown] == []


@pytest.mark.parametrize(
    ("fields", "model"),
    [
        (whole.start_fields([]), REQUESTS["StartPublishCdnStream"]),
        (whole.start_fields([]), REQUESTS["UpdatePublishCdnStream"]),
        (whole.session_fields([]), REQUESTS["CreateSession"]),
    ],
)
def test_no_field_that_can_hold_a_secret_is_left_out_here(fields, model):
    filled = {path.rpartition(".")[2] for path, _value in whole.leaves(fields)}

    assert set(opening(model)) - filled == set()
    assert set(opening(model))


def test_only_those_requests_can_hold_one():
    with_secrets = {name for name, one in REQUESTS.items() if set(opening(one))}

    starts = {"StartPublishCdnStream", "CreateSession"}
    looks = {"DescribeStreamPushInfoList", "DescribeLiveStreamState"}
    publishing = {"StartPublishStream", "StartPublishStreamWithURL"}
    assert with_secrets == {*starts, "UpdatePublishCdnStream", *looks, *publishing}


def test_a_request_without_secrets_knows_of_none():
    request = DescribeCloudPhoneMultipleStreamSessionSlaves.of({"SessionId": "s"})

    assert request.secrets() == frozenset()


def test_an_address_of_the_web_is_whole_on_the_wire_only():
    made = []
    request = whole.start(made)

    (mark,) = request.to_wire()["VideoParams"]["WaterMarkList"]
    (shown,) = request.masked()["VideoParams"]["WaterMarkList"]
    assert mark["WaterMarkImage"]["WaterMarkUrl"].endswith("&w=1")
    assert (
        shown["WaterMarkImage"]["WaterMarkUrl"]
        == "https://pictures.example.com/mark.png?****"
    )
