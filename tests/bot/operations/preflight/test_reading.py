"""What the settings show before a start; docs/install.md has most of it."""

from pathlib import Path

from pydantic import SecretStr

from bot.access.permits import Permit
from bot.exit_table import Exits
from bot.operations.doctor import Check
from bot.operations.preflight.reading import examine_reading
from bot.settings import App, Policy, Reading, Rule, Settings
from bot.tencent.models.base import Level

OF_APPS = Permit("relay.start", Level.BILLED, on_apps=True)
OF_NONE = Permit("car.start", Level.BILLED)
HELP = Permit("patchbay.help", Level.READ, for_all=True)
PERMITS = (OF_APPS, OF_NONE, HELP)
ENDPOINTS = {f"{name}_endpoint": "http://127.0.0.1:1" for name in ("trtc", "car", "gs")}


def found_in(*faults, there=(), **values):
    values = {"ops_channel": "C1", **ENDPOINTS, **values}
    settings = Settings.model_construct(**values)
    apps = tuple(one.name for one in settings.all_apps)
    return examine_reading(Reading(settings, faults, there, apps), PERMITS)


def app(name, number, key=None):
    secret = SecretStr("s")
    return App(
        name=name,
        sdk_app_id=number,
        usersig_key=secret,
        callback_key=key and SecretStr(key),
    )


def test_it_says_first_which_files_were_read_and_where():
    here = Path.cwd()

    assert found_in(there=(".env", "bot.toml")) == [
        Check(f"Files read in {here}: .env, bot.toml")
    ]
    assert found_in() == [Check(f"Files read in {here}: -")]


def test_every_fault_of_the_settings_is_one_line():
    assert found_in("a", "b")[1:] == [Check("a", well=False), Check("b", well=False)]


def test_a_rule_with_apps_may_name_what_belongs_to_apps_and_to_others():
    apps = (app("live", 1),)
    rule = Rule(name="r", actions=("*", "relay.start"), users=("U1",), apps=("live",))

    assert len(found_in(apps=apps, policy=Policy(rules=(rule,)))) == 1


def test_what_anybody_may_do_is_no_action_of_a_rule():
    rule = Rule(name="r", actions=("patchbay.help",), users=("U1",))

    (_files, check) = found_in(policy=Policy(rules=(rule,)))

    assert check.what.startswith('rule "r": patchbay.help is no action;')


def test_two_apps_of_one_sdk_app_id_are_worth_a_word():
    text = "Two apps have the SdkAppId 1; callbacks find the first."

    assert found_in(apps=(app("a", 1), app("b", 1), app("c", 2)))[1:] == [
        Check(text, well=None)
    ]


def test_a_callback_key_is_what_the_console_takes():
    good, bad = app("good", 1, "k" * 32), app("bad", 2, "k-k")

    (_files, check) = found_in(apps=(good, bad))

    assert (check.well, "“bad”" in check.what) == (False, True)


def test_rooms_may_be_on_an_app_that_there_is_or_on_all():
    exits = Exits(rooms=("lobby", "live/lobby", "liev/lobby"))

    (_files, check) = found_in(apps=(app("live", 1),), exits=exits)

    assert check == Check(
        "[exits]: rooms: there is no app “liev”; there is live.", well=False
    )


def test_a_key_of_each_product_is_no_key_of_two_sites():
    real = {
        "trtc_endpoint": "https://trtc.intl.tencentcloudapi.com",
        "gs_endpoint": "https://gs.tencentcloudapi.com",
        "secret_id": SecretStr("AKID1"),
        "secret_key": SecretStr("k"),
    }
    own = {"gs_secret_id": SecretStr("AKID2"), "gs_secret_key": SecretStr("k")}

    assert len(found_in(**real)) == 2
    assert len(found_in(**real, **own)) == 1
