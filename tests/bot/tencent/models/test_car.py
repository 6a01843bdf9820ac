"""Render sessions."""

import pytest
from pydantic import SecretStr
from tencentcloud.car.v20220110 import models as official

from bot.tencent.models import REQUESTS
from bot.tencent.models.car import CreateSession, RenderSessionCreated

USER = {"UserId": "cg_user", "UserIp": "125.127.178.228"}
CLIENT = {**USER, "ClientSession": "abc="}
NOT_PUBLIC = (
    "The user's IP address is not a public address. It has to be the player's own, as"
    " the internet sees it: it decides where the session runs."
)


def test_the_published_example_goes_out_as_published(example):
    request, reply = example("car-create-session")

    assert CreateSession.of(request).to_wire() == request
    assert RenderSessionCreated.model_validate(reply) == RenderSessionCreated(
        server_session=SecretStr(reply["ServerSession"]),
        request_id="fcf4146f-64d3-496c-88dc-d12f832de313",
    )


def test_the_fields_are_those_of_the_official_sdk(sdk_fields, our_fields, required):
    assert our_fields(CreateSession) == sdk_fields(official.CreateSessionRequest)
    assert required(CreateSession) == {"UserId", "UserIp"}


ACTIONS = sorted(name for name, one in REQUESTS.items() if one.service.name == "car")


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_has_the_fields_of_the_official_sdk(
    action, sdk_fields, our_fields
):
    assert our_fields(REQUESTS[action]) == sdk_fields(
        getattr(official, f"{action}Request")
    )


def test_a_reply_without_a_session_is_still_a_reply():
    reply = RenderSessionCreated.model_validate({"RequestId": "r-1"})

    assert reply == RenderSessionCreated(server_session=None, request_id="r-1")


@pytest.mark.parametrize(
    "ip", ["125.127.178.228", "2400:cb00::1", "::ffff:125.127.178.228"]
)
def test_a_public_address_is_taken(faults, ip):
    assert faults({**CLIENT, "UserIp": ip}, CreateSession) == {}


@pytest.mark.parametrize(
    "ip",
    [
        "10.0.0.1",
        "192.168.1.1",
        "127.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - nothing is bound here
        "224.0.0.1",
        "192.0.2.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "ff0e::1",
    ],
)
def test_an_address_that_no_player_has_is_refused(faults, ip):
    assert faults({**CLIENT, "UserIp": ip}, CreateSession) == {"UserIp": NOT_PUBLIC}


@pytest.mark.parametrize(
    "ip",
    ["", "localhost", "1.2.3", "1.2.3.4/24", "2400::1%eth0", "१.२.३.४", "1.2.3.4 "],
)
def test_what_is_no_address_is_refused(faults, ip):
    assert faults({**CLIENT, "UserIp": ip}, CreateSession) == {
        "UserIp": "The user's IP address is not an IPv4 or IPv6 address."
    }


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({**USER, "RunMode": "RunWithoutClient"}, {}),
        ({**CLIENT, "RunMode": ""}, {}),
        ({**CLIENT, "Role": "Viewer", "HostUserId": "host"}, {}),
        ({**CLIENT, "HostUserId": "cg_user"}, {}),
        (
            USER,
            {
                "ClientSession": (
                    "Paste the client session that the SDK gave, or let it run"
                    " without a client (RunWithoutClient)."
                )
            },
        ),
        (
            {**CLIENT, "RunMode": "Forever"},
            {"RunMode": "The run mode is RunWithoutClient, or empty."},
        ),
        (
            {**CLIENT, "Role": "Admin"},
            {"Role": "The role is one of Player, Viewer."},
        ),
        (
            {**CLIENT, "Role": "Player"},
            {"HostUserId": ("A role needs the host's user ID; the host's is its own.")},
        ),
        ({**CLIENT, "UserId": ""}, {"UserId": "The user ID is empty."}),
        (
            {**CLIENT, "UserId": "x" * 129},
            {"UserId": "The user ID takes 128 bytes at most; 129 were given."},
        ),
        (
            {**CLIENT, "ApplicationParameters": "a\nb"},
            {
                "ApplicationParameters": (
                    "The list of application parameters has a line break or a control"
                    " character in it."
                )
            },
        ),
        ({"UserIp": "125.127.178.228"}, {"UserId": "The user ID is missing."}),
    ],
)
def test_a_session_is_asked_for_as_the_page_has_it(faults, fields, fault):
    assert faults(fields, CreateSession) == fault


@pytest.mark.parametrize(("mode", "taken"), [("RunWithoutClient", True), ("", False)])
def test_an_empty_client_session_is_as_good_as_none(faults, mode, taken):
    found = faults({**USER, "ClientSession": "", "RunMode": mode}, CreateSession)

    assert (found == {}) is taken
