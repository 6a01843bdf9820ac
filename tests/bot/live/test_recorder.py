"""What comes back is kept for test data, and no secret with it."""

import base64
import json
import stat
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from bot.app import utc_now
from bot.live.recorder import Recorder
from bot.runtime.redact import MASK, secrets_in
from bot.settings import App, Settings, read, secrets_of

ENCODINGS = {
    "plain": str,
    "upper case": str.upper,
    "percent": lambda secret: quote(secret, safe=""),
    "percent twice": lambda secret: quote(quote(secret, safe=""), safe=""),
    "percent in lower case": lambda secret: quote(secret, safe="").lower(),
    "JSON": lambda secret: json.dumps(secret)[1:-1],
    "JSON in JSON": lambda secret: json.dumps(json.dumps(secret))[1:-1],
    "JSON with slashes": lambda secret: json.dumps(secret)[1:-1].replace("/", r"\/"),
    "JSON in UTF-8": lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
    "hex": lambda secret: secret.encode().hex(),
    "Base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "Base64 after one": lambda s: base64.b64encode(b"a" + s.encode() + b"z").decode(),
    "Base64 after two": lambda s: base64.b64encode(b"ab" + s.encode() + b"z").decode(),
    "Base64 of URLs": lambda s: base64.urlsafe_b64encode(s.encode()).decode(),
}
CORE = "s3cr/t+?value"  # what no line may show, in any encoding
PREFIXES = {"SLACK_BOT_TOKEN": "xoxb-", "SLACK_APP_TOKEN": "xapp-"}
PUSH = "rtmp://user:" + "pa55word@push.example.com/live/" + "k3yk3yk3y?txTime=1"


def secret(name):
    return f'{PREFIXES.get(name, "")}{CORE}{name}äöü"'


@pytest.fixture
def settings(monkeypatch):
    """Settings in which everything that can be a secret is one."""
    names = [
        field.validation_alias
        for field in Settings.model_fields.values()
        if field.validation_alias and "Secret" in str(field.annotation)
    ]
    assert len(names) >= 16
    for name in {*names} - {"BOT_DATABASE_URL"}:
        monkeypatch.setenv(name, secret(name))
    monkeypatch.setenv("BOT_TRTC_SDK_APP_ID", "1400000001")
    return read().settings


@pytest.fixture
def recorder(tmp_path, settings):
    values = [one.get_secret_value() for one in secrets_of(settings).values()]
    made = Recorder(tmp_path / "var", utc_now, [*values, *secrets_in(PUSH)])
    yield made
    made.close()


def test_every_type_of_secret_that_settings_have_is_known_to_it(settings):
    fields = {
        name
        for model in (Settings, App)
        for name, field in model.model_fields.items()
        if SecretStr in {field.annotation, *getattr(field.annotation, "__args__", ())}
        or "SecretStr" in str(field.annotation)
    }
    known_to_it = {name.rpartition(".")[2] for name in secrets_of(settings)}

    assert fields - known_to_it == {"database_url"}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_no_secret_of_the_settings_is_kept_in_any_encoding(
    recorder, settings, encoding
):
    write = ENCODINGS[encoding]
    for name, value in secrets_of(settings).items():
        written = write(value.get_secret_value())
        quoted = {"error": {"Message": f"you sent {written}, {name}"}, written: [1]}
        recorder.saw("x", 200, {"Date": written}, json.dumps(quoted).encode())
        recorder.saw("x", 200, {}, f"<html>{written}</html>".encode())
        recorder.saw("x", 200, {}, f'{{"a":"{written}"}}'.encode())

    kept = recorder.path.read_text().lower()
    for value in secrets_of(settings).values():
        text = value.get_secret_value()
        for form in ENCODINGS.values():
            assert form(text).lower().rstrip("=")[4:-4] not in kept
    assert CORE not in kept
    assert MASK in kept
    assert all(json.loads(line) for line in kept.splitlines())


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_nothing_of_a_push_address_is_kept_but_host_and_app(recorder, encoding):
    written = ENCODINGS[encoding](PUSH)
    recorder.saw("x", 200, {}, json.dumps({"Message": f"to {written}"}).encode())

    kept = recorder.path.read_text().partition('"what"')[2]  # a time has digits, too
    assert kept
    for form in ENCODINGS.values():
        assert form("k3yk3yk3y")[2:-4] not in kept
        assert form("pa55word")[2:-4] not in kept


def test_what_is_a_secret_from_now_on_is_cut_from_now_on(recorder):
    recorder.learn(["minted-for-this"])
    recorder.saw("x", 200, {}, b'{"Message": "minted-for-this"}')

    assert json.loads(recorder.path.read_text())["body"] == {"Message": MASK}


def test_the_shape_of_an_answer_is_kept_and_nothing_of_people_or_of_ways_in(recorder):
    answer = {
        "ok": True,
        "user": {
            "id": "U0ANA",
            "name": "ana",
            "locale": "es-ES",
            "is_restricted": False,
            "profile": {
                "real_name": "Ana Ruiz",
                "email": "ana@example.com",
                "skype": "",
            },
        },
        "url": "wss://wss.example.com/link/?ticket=abc&app_id=1",
        "upload_url": "https://files.example.com/upload/v1/CwABAA",
        "message": {"user": "U0PATCHBAY", "text": "hello"},
    }
    headers = {"Content-Type": "application/json", "Set-Cookie": "b=1", "Via": "x"}

    recorder.saw("https://x.example.com/api/users.info", 200, headers, _json(answer))

    (entry,) = map(json.loads, recorder.path.read_text().splitlines())
    assert entry["what"] == "users.info"
    assert (entry["status"], entry["headers"]) == (
        200,
        {"content-type": "application/json"},
    )
    profile = {"real_name": MASK, "email": MASK, "skype": ""}
    user = {**answer["user"], "name": MASK, "profile": profile}
    assert entry["body"] == {
        **answer,
        "user": user,
        "url": f"wss://wss.example.com/{MASK}",
        "upload_url": f"https://files.example.com/{MASK}",
    }


def test_where_bytes_are_uploaded_to_is_not_named(recorder):
    recorder.saw("https://files.example.com/upload/v1/CwABAA", 200, {}, b"OK - 3")

    assert json.loads(recorder.path.read_text())["what"] == "upload"


def test_the_file_is_of_the_day_for_its_owner_and_goes_on(tmp_path):
    for _number in range(2):
        recorder = Recorder(tmp_path, utc_now, [])
        recorder.saw("x", 200, {}, b"{}")
        recorder.close()

    (file,) = tmp_path.iterdir()
    assert file.name == f"live-{utc_now():%Y%m%d}.jsonl"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(file.read_text().splitlines()) == 2


def test_a_file_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / f"live-{utc_now():%Y%m%d}.jsonl"
    path.touch(mode=0o644)
    path.chmod(0o644)

    with pytest.raises(PermissionError, match="chmod 600"):
        Recorder(tmp_path, utc_now, [])


def _json(value):
    return json.dumps(value).encode()
