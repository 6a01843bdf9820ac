"""UserSig, against the official generator."""

import base64
import json
import zlib
from datetime import UTC, datetime, timedelta

import pytest
import TLSSigAPIv2
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import InvalidRequest
from bot.tencent import usersig
from bot.tencent.usersig import Ticket

AT = datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC)
SENTENCE = "This is not a UserSig, or it was cut off when it was copied."


def packed(content, *, level=-1):
    """Pack *content* as a UserSig is packed."""
    plain = content if isinstance(content, bytes) else json.dumps(content).encode()
    text = base64.b64encode(zlib.compress(plain, level)).decode()
    return text.replace("+", "*").replace("/", "-").replace("=", "_")


def fields(**changes):
    """Return what a ticket holds, with *changes*."""
    ticket = {"identifier": "robot", "sdkappid": 14, "time": 1760000000, "expire": 60}
    return {f"TLS.{name}": value for name, value in (ticket | changes).items()}


@given(
    user=st.from_regex(r"[A-Za-z0-9_-]{1,32}", fullmatch=True),
    app=st.integers(1, 2**32 - 1),
    key=st.text(min_size=1),
    expire=st.integers(1, 240_000 * usersig.HOUR),
)
def test_the_official_generator_makes_the_same_ticket(user, app, key, expire):
    theirs = TLSSigAPIv2.TLSSigAPIv2(app, key).gen_sig(user, expire)
    made_at = usersig.read(theirs).made_at

    ours = usersig.mint(
        user, sdk_app_id=app, key=SecretStr(key), at=made_at, expire=expire
    )

    assert ours.get_secret_value() == theirs


def test_what_was_minted_can_be_read():
    ticket = usersig.mint("pb_01", sdk_app_id=1400000000, key=SecretStr("k"), at=AT)

    assert usersig.read(ticket.get_secret_value()) == Ticket(
        user="pb_01",
        sdk_app_id=1400000000,
        made_at=AT,
        expires_at=AT + timedelta(hours=1),
    )


def test_another_key_makes_another_ticket():
    tickets = {
        usersig.mint("pb_01", sdk_app_id=14, key=SecretStr(key), at=AT)
        for key in ("one", "two")
    }

    assert len(tickets) == 2


def test_a_ticket_does_not_show_itself():
    ticket = usersig.mint("pb_01", sdk_app_id=14, key=SecretStr("k"), at=AT)

    assert f"{ticket} {ticket!r}" == "********** SecretStr('**********')"


def test_a_ticket_is_read_however_its_maker_wrote_the_json():
    compact = json.dumps(fields(), separators=(",", ":"), sort_keys=True).encode()

    ticket = usersig.read(packed(compact, level=9))

    assert ticket == Ticket("robot", 14, AT, AT + timedelta(minutes=1))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not a ticket",
        "ticket\ud800",
        "AAAA",
        packed(fields())[:-12],
        packed(b"\xff"),
        packed(b"{"),
        packed(b"[" * 10_000),
        packed([]),
        packed("TLS.time"),
        packed({}),
        packed(fields(time="now")),
        packed(fields(time=10**18)),
        packed(fields(expire=10**18)),
        packed(fields(sdkappid="mine")),
        packed(b" " * usersig.LONGEST + json.dumps(fields()).encode()),
    ],
)
def test_what_is_not_a_ticket_is_told_so(text):
    with pytest.raises(InvalidRequest) as told:
        usersig.read(text)

    assert told.value.faults == {"UserSig": SENTENCE}


@given(st.text() | st.binary().map(packed) | st.binary(max_size=64).map(bytes.hex))
def test_nothing_that_is_pasted_breaks_the_reader(text):
    with pytest.raises(InvalidRequest):
        usersig.read(text)
