"""Co-stream sessions."""

import pytest

from bot.tencent.models.gs import (
    CoStreamSlaves,
    DescribeCloudPhoneMultipleStreamSessionSlaves,
)

LOOK_UP = DescribeCloudPhoneMultipleStreamSessionSlaves
PHONES = "RK8S37P1402445261"


def test_the_published_example_goes_out_as_published(example):
    request, reply = example("gs-slaves")

    assert LOOK_UP.of(request).to_wire() == request
    assert CoStreamSlaves.model_validate(reply) == CoStreamSlaves(
        master_instance_id=f"{PHONES}_3f86d6f5-2db9-4903-a70d-889987c9b2ac",
        online_instance_ids=(
            f"{PHONES}_36732e29-74db-448c-8154-c53181391cb8",
            f"{PHONES}_69f8d3e2-8867-462c-a8cf-7c1d1a527782",
            f"{PHONES}_95de5774-0f9f-4cc2-aa67-58d41378d209",
        ),
        available_instance_ids=None,
        request_id="a2f248c2-120d-436d-8931-a18575019580",
    )


@pytest.mark.parametrize(
    "session", ["132651520111706521", "13265152011170652161", "session-id", "a" * 64]
)
def test_a_session_id_of_any_length_is_asked_for(faults, session):
    assert faults({"SessionId": session}, LOOK_UP) == {}


@pytest.mark.parametrize(
    "session", ["132651520111706521６", "1326515201117065216 ", "", "a" * 65, "a/b"]
)
def test_a_session_id_is_letters_and_digits(faults, session):
    assert faults({"SessionId": session}, LOOK_UP) == {
        "SessionId": "The session ID takes 1 to 64 letters, digits, “_” and “-”."
    }


def test_a_session_id_is_never_a_number(faults):
    assert faults({"SessionId": 1326515201117065216}, LOOK_UP) == {
        "SessionId": "The session ID is text, in quotes; a number was given."
    }


@pytest.mark.parametrize(
    ("online", "chosen", "offline"),
    [
        (["a"], ["c", "a", "b"], ("c", "b")),
        ([], ["a"], ("a",)),
        (["a", "b"], ["a"], ()),
        (["a"], None, None),
        (None, ["a"], None),
    ],
)
def test_who_is_offline_is_known_only_if_both_lists_came(online, chosen, offline):
    reply = CoStreamSlaves.model_validate(
        {"OnlineInstanceIds": online, "AvailableInstanceIds": chosen}
    )

    assert reply.offline_instance_ids == offline


def test_an_id_that_comes_as_a_number_is_kept_as_text():
    reply = CoStreamSlaves.model_validate({"MasterInstanceId": 1326515201117065216})

    assert reply.master_instance_id == "1326515201117065216"
