"""`/car`, from the words typed to the call made and what people read."""

import json
from itertools import combinations

import pytest

from bot.config.rules import Project
from bot.dialogue.form import Form
from bot.dialogue.outcome import Tone, plain
from bot.errors import InvalidRequest
from bot.exit_table import NO_EXITS, Exits
from bot.settings import Policy, Rule
from bot.states import State

START = "/car start user=cg_user ip=125.127.178.228 --go"


async def test_a_session_is_opened_for_a_user(world):
    answer = await world.typed(START)

    intent = await world.handle("S1")
    assert answer.plain == "🟡 S1 requested…"
    assert (intent.state, intent.subject.ref) == (State.STARTED, "cg_user")
    assert world.cloud.state.renders["cg_user"] == {
        "UserId": "cg_user",
        "UserIp": "125.127.178.228",
        "RunMode": "RunWithoutClient",
    }


async def test_without_go_the_form_opens_with_a_user_made_up(world):
    form = await world.typed("/car start ip=125.127.178.228")

    values = {field.name: getattr(field, "initial", "") for field in form.fields}
    assert isinstance(form, Form)
    assert values["user"].startswith("oncall-u0ana-")
    assert values["ip"] == "125.127.178.228"
    assert values["mode"] == "alone"


async def test_the_form_opens_what_it_says(world):
    form = await world.typed("/car start")

    await world.submitted(
        form, user="u1", ip="125.127.178.228", client="eyJ9", mode="watched"
    )

    assert world.cloud.state.renders["u1"] == {
        "UserId": "u1",
        "UserIp": "125.127.178.228",
        "ClientSession": "eyJ9",
    }


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"ip": "10.0.0.1"}, "ip"),
        ({"ip": "not an address"}, "ip"),
        ({"ip": ""}, "ip"),
        ({"mode": "watched"}, "client"),
        ({"role": "Player"}, "host"),
    ],
)
async def test_a_fault_is_told_at_its_field_and_nothing_is_sent(world, values, field):
    form = await world.typed("/car start")

    with pytest.raises(InvalidRequest) as refused:
        await world.submitted(form, **{"ip": "125.127.178.228", **values})

    assert field in refused.value.faults
    assert world.cloud.state.calls == []


WRONG = {
    "user": {"user": "u" * 129},
    "ip": {"ip": "10.0.0.1"},
    "client": {"mode": "watched"},
    "params": {"params": "x" * 4097},
    "host": {"role": "Player"},
}


@pytest.mark.parametrize("pair", list(combinations(WRONG, 2)))
async def test_two_faults_are_told_at_once_whatever_hides_whatever(world, pair):
    form = await world.typed("/car start")
    one, two = (WRONG[field] for field in pair)

    with pytest.raises(InvalidRequest) as refused:
        await world.submitted(form, **{"ip": "125.127.178.228", **one, **two})

    assert tuple(refused.value.faults) == pair


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("start user=u ip=192.168.0.4 --go", "not a public address"),
        ("start user=u ip=100.64.0.1 --go", "not a public address"),
        ("start user=u ip=::1 --go", "not a public address"),
        ("start user=u ip=125.127.178.228 mode=odd --go", "not one of"),
        ("start user=u ip=125.127.178.228 role=Player --go", "host"),
        ("start someone", "Unknown word “someone”."),
        ("", "/car needs a subcommand"),
        ("stop S1", "No render session “S1”"),
        ("reveal S9", "No render session “S9”"),
    ],
)
async def test_bad_input_is_told_and_nothing_is_sent(world, text, sentence):
    answer = await world.typed(f"/car {text}")

    assert answer.tone is Tone.WARN
    assert sentence in f"{answer.plain} {answer.parts!r}"
    assert await world.journal.find.counts() == {}


async def test_a_dry_run_sends_nothing(world):
    answer = await world.typed(START.replace("--go", "--dry-run"))

    assert answer.plain == "Nothing was sent. This is what would be."
    assert world.cloud.state.calls == []


async def test_no_idle_unit_is_told_with_what_to_do(world):
    world.cloud.state.idle_units = 0

    await world.typed(START)

    (notice,) = await world.notices()
    assert notice.body["text"] == (
        "🔴 S1 · not started: no concurrency is free (ResourceNotFound.NoIdle)"
        " · user cg_user"
    )
    assert "Explain the error" in json.dumps(notice.body)


async def test_a_session_whose_answer_is_lost_is_asked_for_once_more(world):
    world.cloud.state.fail_next("CreateSession", "late")

    await world.typed(START)

    assert (await world.handle("S1")).state is State.STARTED
    assert list(world.cloud.state.renders) == ["cg_user"]


async def test_recent_lists_sessions_only(world):
    await world.typed(START)
    await world.typed("/gs 1326515201117065216")

    both = await world.typed("/car recent")
    mine = await world.typed("/car recent mine", user="U0BOB")

    assert "(text='S1'" in repr(both.parts)
    assert "(text='G1'" not in repr(both.parts)
    assert "None yet." in repr(mine.parts)


@pytest.mark.parametrize(
    ("right", "plain", "state"),
    [
        ("car.settle", "⚪ S1 is settled: closed.", State.CLOSED),
        ("relay.settle", "🟠 You may not do that here.", State.UNKNOWN),
    ],
)
async def test_a_session_is_closed_by_whoever_may_settle_sessions(
    world_with, right, plain, state
):
    rule = Rule(name="on-call", actions=("car.start", right), users=("U0ANA",))
    world = await world_with(Policy(rules=(rule,)))
    world.cloud.state.fail_next("CreateSession", "html", 2)
    await world.typed(START)

    answer = await world.typed("/car close S1 reason=“the player saw nothing”")

    assert answer.plain == plain
    assert (await world.handle("S1")).state is state


EXEC = 'params="-exec calc.exe --unsafe"'
LEVELS = Exits(car_parameters=("-level *",))


@pytest.mark.parametrize("table", [NO_EXITS, LEVELS])
async def test_parameters_that_no_pattern_allows_are_not_sent(world_with, table):
    world = await world_with(exits=table)

    answer = await world.typed(f"{START} {EXEC}")

    assert "exits.car_parameters" in repr(answer.parts)
    assert "calc.exe" not in repr(answer)
    assert world.cloud.state.calls == []


async def test_the_form_tells_of_parameters_that_are_not_allowed_at_their_field(
    world_with,
):
    world = await world_with(exits=LEVELS)
    form = await world.typed("/car start")

    with pytest.raises(InvalidRequest) as refused:
        await world.submitted(form, ip="125.127.178.228", params="-exec calc.exe")

    assert list(refused.value.faults) == ["params"]
    assert "can add a pattern for them to car_parameters" in str(refused.value)


async def test_parameters_that_a_pattern_allows_are_sent_and_shown_to_nobody(
    world_with, tmp_path
):
    world = await world_with(exits=LEVELS)

    await world.typed(f'{START} params="-level the-finale"')
    card = await world.typed("/lookup S1 --details")

    sent = world.cloud.state.renders["cg_user"]["ApplicationParameters"]
    (intent,) = await world.journal.find.recent("T0HOME")
    assert sent == "-level the-finale"
    assert intent.masked["ApplicationParameters"] == "****"
    assert "the-finale" not in repr(card)
    assert b"the-finale" not in (tmp_path / "ruled.db").read_bytes()


GAME = Project(name="game", id="cap-aaaaaaaa", apply=True)
SHOW = Project(name="show", id="cap-bbbbbbbb")


@pytest.mark.parametrize("key", ["project", "mode", "role"])
@pytest.mark.parametrize("projects", [(GAME,), (GAME, SHOW)], ids=len)
async def test_what_the_form_has_no_choice_for_is_refused_where_it_was_typed(
    world_with, key, projects
):
    world = await world_with(None, settings={"projects": projects})

    answer = await world.typed(f"/car start user=u1 ip=125.127.178.228 {key}=nope")

    assert not isinstance(answer, Form)
    assert "“nope”" in repr(answer)


@pytest.mark.parametrize("typed", [SHOW.name, SHOW.id])
async def test_a_project_that_was_typed_is_chosen_in_the_form(world_with, typed):
    world = await world_with(None, settings={"projects": (GAME, SHOW)})

    form = await world.typed(f"/car start user=u1 ip=8.8.8.8 project={typed}")

    assert {one.name: one.initial for one in form.fields}["project"] == "show"


async def test_where_no_project_is_set_it_is_said_to_be_left_out(world):
    answer = await world.typed("/car start user=u1 ip=8.8.8.8 project=x --go")

    assert "There is no project in bot.toml: leave it out." in repr(answer)


async def test_what_is_wrong_stands_in_the_form_below_its_field(world):
    form = await world.typed("/car start user=u1 ip=me")

    user, ip, below, *_others = form.fields
    assert (user.name, ip.name) == ("user", "ip")
    assert plain(below.spans) == (
        "⚠️ The user's IP address is not an IPv4 or IPv6 address."
    )
    assert world.cloud.state.calls == []
