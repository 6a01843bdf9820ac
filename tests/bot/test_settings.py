"""What can be set, and how a mistake is told."""

import os

import pytest

from bot.errors import SettingsError
from bot.products import INTERNATIONAL, MAINLAND, REGIONS
from bot.settings import load, secrets_of

BOT, APP = "xoxb" + "-b", "xapp" + "-a"  # apart, so that no scanner takes them for keys


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    for name in ("SLACK_", "TENCENTCLOUD_", "BOT_"):
        for key in [k for k in os.environ if k.startswith(name)]:
            monkeypatch.delenv(key)
    monkeypatch.chdir(tmp_path)


def put(monkeypatch, **values):
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def test_with_nothing_set_there_is_no_slack_and_nobody_may_anything():
    settings = load()

    assert (settings.has_slack, settings.allow_all, settings.all_apps) == (
        False,
        False,
        (),
    )


@pytest.mark.parametrize(
    ("values", "has_slack"),
    [
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP}, True),
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": "s"}, True),
        ({"SLACK_BOT_TOKEN": BOT}, False),
        ({"SLACK_APP_TOKEN": APP}, False),
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": ""}, False),
    ],
)
def test_slack_needs_a_token_and_a_way_in(monkeypatch, values, has_slack):
    put(monkeypatch, **values)

    assert load().has_slack is has_slack


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("SLACK_BOT_TOKEN", APP, "xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxp" + "-b", "xoxb-"),
        ("SLACK_APP_TOKEN", BOT, "xapp-"),
        ("SLACK_APP_TOKEN", " " + APP, "xapp-"),
    ],
)
def test_a_token_is_of_its_kind_and_is_not_shown(monkeypatch, name, value, kind):
    put(monkeypatch, **{name: value})

    with pytest.raises(SettingsError, match=f"^{name}: it begins with {kind}") as told:
        load()
    assert value not in str(told.value)


def test_a_secret_may_come_from_a_file_of_its_owner(monkeypatch, tmp_path):
    file = tmp_path / "token"
    file.write_text(f"{BOT}-from-a-file\n")
    file.chmod(0o600)
    put(monkeypatch, SLACK_BOT_TOKEN_FILE=str(file))

    assert load().slack_bot_token.get_secret_value() == f"{BOT}-from-a-file"


def test_a_secret_may_be_mounted_as_a_link(monkeypatch, tmp_path):
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data" / "token").write_text(BOT)
    (tmp_path / "..data" / "token").chmod(0o400)
    (tmp_path / "token").symlink_to(tmp_path / "..data" / "token")
    put(monkeypatch, SLACK_BOT_TOKEN_FILE=str(tmp_path / "token"))

    assert load().slack_bot_token.get_secret_value() == BOT


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_secret_in_somebody_elses_file_is_refused(monkeypatch, tmp_path):
    (tmp_path / "token").write_text(BOT)
    (tmp_path / "token").chmod(0o600)
    os.chown(tmp_path / "token", 54_321, -1)
    put(monkeypatch, SLACK_BOT_TOKEN_FILE=str(tmp_path / "token"))

    with pytest.raises(SettingsError, match="that file belongs to somebody else"):
        load()


def test_the_robots_of_an_app_get_usersigs_for_an_hour_or_as_long_as_is_set(
    monkeypatch, tmp_path
):
    put(monkeypatch, BOT_TRTC_SDK_APP_ID="1400000001", BOT_TRTC_USERSIG_KEY="k" * 8)
    assert [app.usersig_seconds for app in load().all_apps] == [3600]

    key = tmp_path / "key"
    key.touch(mode=0o600)
    key.write_text("k")
    text = APP.format(name="a", file=key) + "usersig_seconds = 600\n"
    (tmp_path / "bot.toml").write_text(text)
    put(monkeypatch, BOT_TRTC_USERSIG_SECONDS="300")
    assert [app.usersig_seconds for app in load().all_apps] == [300, 600]

    (tmp_path / "bot.toml").write_text(text.replace("600", "299"))
    with pytest.raises(SettingsError) as told:
        load()
    assert str(told.value) == 'bot.toml, app "a": usersig_seconds: it is 300 at least'


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_that_others_can_read_is_refused(monkeypatch, tmp_path, mode):
    file = tmp_path / "token"
    file.write_text("x")
    file.chmod(mode)
    put(monkeypatch, SLACK_BOT_TOKEN_FILE=str(file))

    with pytest.raises(SettingsError, match="SLACK_BOT_TOKEN_FILE: others can read"):
        load()


def test_a_file_that_is_not_there_is_named(monkeypatch):
    put(monkeypatch, SLACK_BOT_TOKEN_FILE="nowhere")

    told = "^SLACK_BOT_TOKEN_FILE: the file that it names does not exist$"
    with pytest.raises(SettingsError, match=told):
        load()


def test_a_product_has_its_own_key_or_the_common_one(monkeypatch):
    put(
        monkeypatch,
        TENCENTCLOUD_SECRET_ID="common-id",
        TENCENTCLOUD_SECRET_KEY="common-key",
        BOT_GS_SECRET_ID="gs-id",
        BOT_GS_SECRET_KEY="gs-key",
    )

    settings = load()

    ids = [
        settings.account(product).secret_id.get_secret_value()
        for product in ("trtc", "car", "gs")
    ]
    assert ids == ["common-id", "common-id", "gs-id"]
    assert settings.account("gs").complete


def test_no_half_of_a_products_own_key_goes_with_one_of_the_common(monkeypatch):
    put(
        monkeypatch,
        TENCENTCLOUD_SECRET_ID="common-id",
        TENCENTCLOUD_SECRET_KEY="common-key",
        BOT_GS_SECRET_ID="gs-id",
    )

    own = load().account("gs")

    assert (own.secret_id.get_secret_value(), own.secret_key) == ("gs-id", None)
    assert not own.complete


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://trtc.tencentcloudapi.com",
        "https://tencentcloudapi.com.evil.example",
        "https://evil.example",
        "https://user@trtc.tencentcloudapi.com",
        "http://10.0.0.1:8000",
        "https://trtc.tencentcloudapi.com/path",
        "https://TRTC.tencentcloudapi.com",
        "https://trtc.tencentcloudapi.com:x",
        "ftp://127.0.0.1",
    ],
)
def test_an_endpoint_is_tencents_or_on_loopback(monkeypatch, endpoint):
    put(monkeypatch, BOT_TRTC_ENDPOINT=endpoint)

    with pytest.raises(SettingsError, match=r"^BOT_TRTC_ENDPOINT: it is https under"):
        load()


@pytest.mark.parametrize(
    "endpoint", ["http://127.0.0.1:8000", "http://localhost:1", "http://[::1]:8000"]
)
def test_loopback_is_for_trying(monkeypatch, endpoint):
    put(monkeypatch, BOT_CAR_ENDPOINT=endpoint)

    assert load().car_endpoint == endpoint


@pytest.mark.parametrize(
    "url", ["http://slack.com/api/", "https://slack.com/api", "http://10.0.0.1/api/"]
)
def test_the_slack_url_is_https_or_on_loopback_and_ends_in_api(monkeypatch, url):
    put(monkeypatch, SLACK_API_URL=url)

    with pytest.raises(SettingsError, match="SLACK_API_URL"):
        load()


def test_one_app_can_be_set_without_a_file(monkeypatch):
    put(monkeypatch, BOT_TRTC_SDK_APP_ID="1400000001", BOT_TRTC_USERSIG_KEY="k" * 8)

    (app,) = load().all_apps

    assert (app.name, app.sdk_app_id, app.region) == (
        "default",
        1400000001,
        "ap-singapore",
    )


ENDPOINTS = {
    "https://trtc.intl.tencentcloudapi.com": INTERNATIONAL,
    "https://trtc.ap-singapore.intl.tencentcloudapi.com": INTERNATIONAL,
    "https://trtc.tencentcloudapi.com": MAINLAND,
    "https://trtc.ap-guangzhou.tencentcloudapi.com/": MAINLAND,
    "http://127.0.0.1:9": REGIONS,
}


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize(("endpoint", "regions"), ENDPOINTS.items())
def test_an_app_is_in_a_region_of_the_site_that_is_called(
    monkeypatch, endpoint, regions, region
):
    put(
        monkeypatch,
        BOT_TRTC_SDK_APP_ID="1400000001",
        BOT_TRTC_USERSIG_KEY="k" * 8,
        BOT_TRTC_ENDPOINT=endpoint,
        BOT_TRTC_REGION=region,
    )

    if region in regions:
        assert load().terms.regions == regions
        return
    with pytest.raises(SettingsError) as refused:
        load()
    assert str(refused.value) == (
        f"BOT_TRTC_REGION: {endpoint} has no region {region};"
        f" it has {', '.join(regions)}"
    )


def lay_app(folder, more=""):
    key = folder / "key"
    key.write_text("secret")
    key.chmod(0o600)
    (folder / "bot.toml").write_text(APP.format(name="a", file=key) + more)


@pytest.mark.parametrize("host", ["push.example.com", ".cdn.example.com"])
def test_an_app_may_name_more_hosts_of_tencents_cdn(tmp_path, host):
    lay_app(tmp_path, f'tencent_push_hosts = ["{host}"]\n')

    assert load().all_apps[0].tencent_push_hosts == (host,)


@pytest.mark.parametrize("host", ["com", "rtmp://push.example.com", "*.example.com"])
def test_what_is_no_host_name_is_no_host_of_tencents_cdn(tmp_path, host):
    lay_app(tmp_path, f'tencent_push_hosts = ["{host}"]\n')

    with pytest.raises(
        SettingsError, match='app "a": tencent_push_hosts, entry 1: a host'
    ):
        load()


def test_an_app_needs_its_key(monkeypatch):
    put(monkeypatch, BOT_TRTC_SDK_APP_ID="1400000001")

    with pytest.raises(SettingsError, match="needs BOT_TRTC_USERSIG_KEY"):
        load()


APP = (
    '[[apps]]\nname = "{name}"\nsdk_app_id = 1400000001\nusersig_key_file = "{file}"\n'
)


def test_apps_and_rules_come_from_the_file(monkeypatch, tmp_path):
    rule = '[[policy.rules]]\nname = "r"\nactions = ["*"]\nusers = ["U1"]\n'
    lay_app(tmp_path, rule)
    (tmp_path / "bot.toml").rename(tmp_path / "other.toml")
    put(monkeypatch, BOT_CONFIG=str(tmp_path / "other.toml"))

    settings = load()

    assert [app.name for app in settings.all_apps] == ["a"]
    assert [rule.name for rule in settings.policy.rules] == ["r"]
    assert secrets_of(settings).keys() == {"apps.a.usersig_key"}


RULE = "[[policy.rules]]\nname = 'a'\nactions = ['*']\n{more}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '[policy]\nruls = ["x"]\n',
            r'^bot.toml, \[policy\]: there is no "ruls"; did you mean "rules"\?$',
        ),
        ("[[policy.rules]]\nname = 'a'\nactions = ['*']\n", "names users or groups"),
        (
            "[[policy.rules]]\nname = 'a'\nactions = []\nusers = ['U1']\n",
            "names actions",
        ),
        (
            RULE.format(more="users = ['@ana']"),
            'rule "a": users, entry 1: an ID begins with U',
        ),
        (
            RULE.format(more="groups = ['ops']"),
            'rule "a": groups, entry 1: an ID begins with S',
        ),
        (
            RULE.format(more="users = ['U1']\nchannels = ['#ops']"),
            'rule "a": channels, entry 1: an ID begins with C',
        ),
        (
            RULE.format(more="users = ['U1']\napps = ['nil']"),
            'rule "a": apps: there is no such app; there are none',
        ),
        (
            "[policy]\nteams = ['acme']\n",
            r"\[policy\]: teams, entry 1: an ID begins with T",
        ),
        ("ops_channel = '#ops'\n", "ops_channel: an ID begins with C"),
        ("slack_bot_token = 'x'\n", 'there is no "slack_bot_token"'),
        ("SLACK_BOT_TOKEN = 'x'\n", 'there is no "SLACK_BOT_TOKEN"'),
        (
            "command_prefix = 'Not Ok'\n",
            "^bot.toml: command_prefix: lower case letters",
        ),
        ("this is not toml", "bot.toml cannot be read"),
    ],
)
def test_a_mistake_in_the_file_is_told_by_its_key(tmp_path, text, told):
    (tmp_path / "bot.toml").write_text(text)

    with pytest.raises(SettingsError, match=told):
        load()


def test_two_apps_of_one_name_are_refused(tmp_path):
    lay_app(tmp_path, APP.format(name="a", file=tmp_path / "key"))

    with pytest.raises(SettingsError, match="two apps are called"):
        load()


def test_a_config_that_is_named_has_to_be_there(monkeypatch):
    put(monkeypatch, BOT_CONFIG="nowhere.toml")

    with pytest.raises(SettingsError, match="BOT_CONFIG names a file"):
        load()


def test_no_mistake_shows_what_was_set(monkeypatch):
    secret = "do-not-show-me"
    put(
        monkeypatch,
        BOT_PORT=secret,
        BOT_TRTC_SDK_APP_ID=secret,
        SLACK_BOT_TOKEN=secret,
        BOT_DATABASE_URL=secret,
    )

    with pytest.raises(SettingsError) as told:
        load()

    assert secret not in str(told.value)
    assert "BOT_PORT" in str(told.value)
