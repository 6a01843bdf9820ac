"""TC3 signatures, against other people's numbers: twelve vectors and the SDK."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from tencentcloud.common.abstract_client import AbstractClient
from tencentcloud.common.credential import Credential as TheirCredential
from tencentcloud.common.http.request import RequestInternal

from bot.tencent import tc3

VECTORS = json.loads(
    (Path(__file__).parent / "data" / "signing_vectors.json").read_text("utf-8")
)
AKID = "AK" + "ID"  # apart, so that no scanner takes an example for a key


def sign_by_vector(vector):
    """Return the header for *vector*, by the code that signs what we send."""
    headers = {
        "content-type": vector["content_type"],
        "host": vector["host"],
        **vector["extra_signed_headers"],
    }
    head = tc3._head(headers, method=vector["method"], query=vector["query"])
    payload = vector.get("hashed_as", vector["payload"]).encode()
    hashed = tc3._sha256((head + tc3._sha256(payload)).encode())
    assert hashed == vector["hashed_canonical_request"]
    return tc3._sealed(
        hashed,
        names=";".join(headers),
        service=vector["service"],
        moment=vector["timestamp"],
        credential=tc3.Credential(
            AKID + vector["secret_id"], SecretStr(vector["secret_key"])
        ),
    )


@pytest.mark.parametrize("vector", VECTORS, ids=[v["id"] for v in VECTORS])
def test_every_known_signature_comes_out_the_same(vector):
    day = datetime.fromtimestamp(vector["timestamp"], UTC).strftime("%Y-%m-%d")
    names = ";".join(["content-type", "host", *vector["extra_signed_headers"]])

    header = sign_by_vector(vector)

    assert header == (
        f"TC3-HMAC-SHA256 Credential={AKID}{vector['secret_id']}"
        f"/{day}/{vector['service']}/tc3_request, "
        f"SignedHeaders={names}, Signature={vector['signature']}"
    )


@pytest.mark.parametrize("vector", VECTORS, ids=[v["id"] for v in VECTORS])
def test_what_we_send_is_signed_like_the_vectors_of_its_kind(vector):
    ours = (vector["method"], vector["content_type"]) == ("POST", tc3.CONTENT_TYPE)
    plain = not vector["extra_signed_headers"] and "hashed_as" not in vector

    header = tc3.authorization(
        vector["payload"].encode(),
        host=vector["host"],
        service=vector["service"],
        at=datetime.fromtimestamp(vector["timestamp"], UTC),
        credential=tc3.Credential(
            AKID + vector["secret_id"], SecretStr(vector["secret_key"])
        ),
    )

    assert header.endswith(vector["signature"]) == (ours and plain)


words = st.text(max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words,
    lambda inner: st.lists(inner) | st.dictionaries(words, inner),
    max_leaves=4,
)


@pytest.fixture(scope="module")
def sdk():
    """Return the official SDK's client; only its signer is used."""
    client = AbstractClient(TheirCredential("id", "key"), "ap-singapore")
    client._service, client._apiVersion = "trtc", "2019-07-22"
    return client


@pytest.mark.filterwarnings("ignore:.*utcfromtimestamp:DeprecationWarning")
@settings(max_examples=50)
@given(
    params=st.dictionaries(words, json_values, max_size=4),
    secret_key=st.text("abcXYZ089+/=", min_size=1, max_size=40),
    host=st.sampled_from(["trtc.intl.tencentcloudapi.com", "127.0.0.1:8080"]),
)
def test_the_official_sdk_signs_the_same(sdk, params, secret_key, host):
    sdk.credential = TheirCredential("id", secret_key)
    sdk.profile.httpProfile.endpoint = host
    request = RequestInternal(host, "POST", "/", {})
    sdk._build_req_with_tc3_signature("StartPublishCdnStream", params, request)

    ours = tc3.authorization(
        request.data.encode(),
        host=host,
        service="trtc",
        at=datetime.fromtimestamp(int(request.header["X-TC-Timestamp"]), UTC),
        credential=tc3.Credential("id", SecretStr(secret_key)),
    )

    assert ours == request.header["Authorization"]


def test_the_day_in_the_scope_is_utc_wherever_the_bot_runs():
    credential = tc3.Credential("id", SecretStr("key"))
    in_utc = datetime(2025, 10, 8, 23, 30, tzinfo=UTC)
    in_shanghai = in_utc.astimezone(timezone(timedelta(hours=8)))

    headers = [
        tc3.authorization(b"{}", host="h", service="gs", at=at, credential=credential)
        for at in (in_utc, in_shanghai)
    ]

    assert headers[0] == headers[1]
    assert "/2025-10-08/gs/tc3_request" in headers[0]


def test_a_new_day_has_a_new_key():
    credential = tc3.Credential("id", SecretStr("key"))
    evening, morning = credential.scope("gs", 20_000), credential.scope("gs", 20_001)

    assert evening.seal.digest() != morning.seal.digest()
    assert credential.scope("gs", 20_001) is morning


@given(
    moments=st.lists(
        st.tuples(
            st.datetimes(
                datetime(2025, 1, 1),  # noqa: DTZ001 - made aware below
                datetime(2026, 1, 1),  # noqa: DTZ001 - made aware below
                timezones=st.just(UTC),
            ),
            st.sampled_from(["trtc", "gs", "car"]),
        ),
        max_size=6,
    )
)
def test_a_key_pair_that_has_signed_before_signs_as_a_new_one(moments):
    used = tc3.Credential("id", SecretStr("key"))

    for at, service in moments:
        new = tc3.Credential("id", SecretStr("key"))
        ours, theirs = (
            tc3.authorization(b"{}", host="h", service=service, at=at, credential=one)
            for one in (used, new)
        )
        assert ours == theirs


def test_a_credential_does_not_show_its_secrets():
    credential = tc3.Credential("id", SecretStr("hidden-1"), SecretStr("hidden-2"))

    scope = credential.scope("gs", 20_000)

    assert "hidden" not in f"{credential!r} {credential}"
    assert "seal" not in f"{scope!r} {credential!r}"  # it has the day's key in it
