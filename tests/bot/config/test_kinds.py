"""The kinds of values that settings have."""

import os
import stat

import pytest
from pydantic import TypeAdapter, ValidationError

from bot.config import kinds

IDS = {
    kinds.UserId: ("U0123ABCD", "W1"),
    kinds.GroupId: ("S0123ABCD",),
    kinds.ChannelId: ("C0123ABCD", "G1", "D1"),
    kinds.TeamId: ("T0123ABCD", "E1"),
    kinds.OneChannelOrNone: ("C0123ABCD", "G1", ""),
}
NO_IDS = (
    "@ana",
    "ana",
    "#ops",
    "u0123ABCD",
    "U",
    "U 1",
    "U1\n",
    "<@U1>",
    "U1,U2",
    "Ü1",
)


@pytest.mark.parametrize("kind", IDS, ids=lambda kind: str(IDS[kind][0][0]))
def test_an_id_is_of_its_kind_and_a_name_is_none(kind):
    adapter = TypeAdapter(kind)
    others = {one for ids in IDS.values() for one in ids} - {*IDS[kind], ""}

    assert [adapter.validate_python(one) for one in IDS[kind]] == [*IDS[kind]]
    for one in (*NO_IDS, *others - {"D1", "C0123ABCD", "G1"}):
        with pytest.raises(ValidationError, match="a name is none"):
            adapter.validate_python(one)


@pytest.mark.parametrize("action", ["*", "relay.start", "car.*"])
def test_an_action_is_one_or_all_of_a_command_or_all(action):
    assert TypeAdapter(kinds.Action).validate_python(action) == action


@pytest.mark.parametrize(
    "action", ["relay", "relay.", "relay.st*", "*.start", "Relay.start", "r.s.t", ""]
)
def test_what_looks_like_no_action_is_refused(action):
    with pytest.raises(ValidationError, match=r"write relay\.start"):
        TypeAdapter(kinds.Action).validate_python(action)


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://slack.com/api/", True),
        ("https://slack-gov.com/api/", True),
        ("http://127.0.0.1:8080/api/", True),
        ("http://localhost:1/slack/api/", True),
        ("https://[::1]:1/api/", True),
        ("https://evil.example/api/", False),
        ("https://slack.com.evil.example/api/", False),
        ("https://evil-slack.com/api/", False),
        ("https://slack.com:8443/api/", False),
        ("https://slack.com@evil.example/api/", False),
        ("http://localhost@evil.example/api/", False),
        ("http://127.0.0.1.evil.example/api/", False),
        ("https://slack.com/api/?x=/api/", False),
        ("http://slack.com/api/", False),
        ("https://slack.com/", False),
    ],
)
def test_the_token_goes_to_slack_or_to_this_machine(url, good):
    assert kinds.is_slack_api(url) is good


ME, ROOT, OTHER = 10001, 0, 1000
OPEN = "others can read that file; chmod 600"
FOREIGN = "that file belongs to somebody else; chown it:"


@pytest.mark.parametrize(
    ("owner", "mode", "fault"),
    [
        (ME, 0o600, ""),
        (ME, 0o400, ""),
        (ME, 0o440, OPEN),
        (ME, 0o604, OPEN),
        (ROOT, 0o400, ""),
        (ROOT, 0o440, ""),  # a Secret of Kubernetes, a credential of systemd
        (ROOT, 0o640, ""),
        (ROOT, 0o660, OPEN),
        (ROOT, 0o444, OPEN),
        (OTHER, 0o400, FOREIGN),
        (OTHER, 0o440, OPEN),
    ],
)
def test_a_secret_is_its_owners_alone_or_what_root_gave_to_a_group(owner, mode, fault):
    status = os.stat_result((stat.S_IFREG | mode, 0, 0, 1, owner, ME, 0, 0, 0, 0))

    assert kinds.fault_of(status, ME) == fault


def test_a_secret_of_root_is_for_root_alone_where_root_asks():
    status = os.stat_result((stat.S_IFREG | 0o440, 0, 0, 1, ROOT, ROOT, 0, 0, 0, 0))

    assert kinds.fault_of(status, ROOT) == OPEN


SHOWN = "sslmode=verify-full&sslrootcert=/ca.pem&host=/run/pg&user=a"
LEFT_OUT = ("password", "sslpassword", "p%61ssword")


@pytest.mark.parametrize("place", ["h", "h:5/x", "h1:5,h2:6/x", "/x"])
@pytest.mark.parametrize("who", ["", "u@", "u:word@"])
def test_a_server_is_shown_as_it_is_reached_and_without_its_password(place, who):
    url = f"postgresql://{who}{place}"
    secret = "&".join(f"{name}=word" for name in LEFT_OUT)

    assert kinds.shown_server(url) == f"postgresql://{place}"
    assert kinds.shown_server(f"{url}?{secret}") == f"postgresql://{place}"
    for how in (SHOWN, f"{secret}&{SHOWN}", f"{SHOWN}&{secret}"):
        assert kinds.shown_server(f"{url}?{how}") == f"postgresql://{place}?{SHOWN}"


@pytest.mark.parametrize("url", ["postgresql://u:w?rd@h/x", "postgresql://h/x?p=a@b"])
def test_of_what_is_written_otherwise_nothing_is_shown(url):
    assert kinds.shown_server(url) == "postgresql://…"
