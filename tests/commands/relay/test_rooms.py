"""People thrown out of a room, and a room closed: asked by a form, sent once."""

import json
from contextlib import AsyncExitStack

import pytest

from bot.dialogue.form import Form, PicksField
from bot.dialogue.outcome import plain
from bot.errors import InvalidRequest
from bot.settings import App, Policy, Rule
from bot.states import State
from bot.tencent.room_events import Role
from bot.tencent.room_events import RoomEventKind as K
from tests.bot.operations.tencent import KEY, Tencent
from tests.world import make_world

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
TWO = tuple(
    App(name=name, sdk_app_id=number, usersig_key="k" * 64)
    for name, number in (("one", 1400000001), ("two", 1400000002))
)


@pytest.fixture
async def worlds(tmp_path):
    async with AsyncExitStack() as stack:

        async def made(**more):
            return await make_world(stack, tmp_path / "p.db", key=KEY, **more)

        yield made


@pytest.fixture
async def world(worlds):
    return await worlds()


async def people_in(world, *users, room=295066):
    """Let *users* join a *room*, in the cloud and as it tells the bot."""
    tencent = Tencent(world)
    for user in users:
        world.cloud.people.happens("joins", user, room)
        await tencent.happens((K.ENTERED, user), room=room, Role=int(Role.ANCHOR))


def read(form):
    """Return the lines of a form."""
    return [plain(one.spans) for one in form.fields if hasattr(one, "spans")]


def sent(world):
    return [action for _at, action in world.cloud.state.calls]


async def only(world):
    """Return the newest intent."""
    return (await world.journal.find.recent("T0HOME"))[0]


async def test_whoever_is_chosen_or_typed_is_thrown_out(world):
    await people_in(world, "alice", "bob", "carol")
    form = await world.typed("/relay remove-user 295066 bob")
    picks = next(one for one in form.fields if isinstance(one, PicksField))

    assert [one.value for one in picks.options] == ["alice", "bob", "carol"]
    assert picks.initial == ("bob",)
    await world.submitted(form, others="carol bob")

    assert list(world.cloud.people.rooms[295066]) == ["alice"]
    assert (await world.notices())[-1].text == (
        "🔵 A1 · removal of 2 people accepted · room 295066 (number)"
    )
    assert sent(world) == ["RemoveUser"]


@pytest.mark.parametrize(
    "between", [" ", ",", ", ", " , ", "，", "、", "\n"], ids=ascii
)
@pytest.mark.parametrize("by", ["line", "form"])
async def test_several_are_named_between_blanks_or_commas(world, between, by):
    await people_in(world, "alice", "bob", "carol")
    named = f"zoe{between}bob{between}alice{between}"
    line = f"{named} --dry-run" if by == "line" else ""

    shown = await world.typed(f"/relay remove-user 295066 {line}")
    if by == "form":
        await world.submitted(shown, others=named)
        asked = (await only(world)).masked["UserIds"]
        assert list(world.cloud.people.rooms[295066]) == ["carol"]
    else:
        asked = json.loads(shown.parts[-1].text)["UserIds"]

    assert asked == ["zoe", "bob", "alice"]


async def test_the_form_says_whom_it_hits(world):
    await world.typed(START)
    await people_in(world, "alice", "bob")

    removing = await world.typed("/relay remove-user 295066")
    closing = await world.typed("/relay dismiss-room 295066")

    whom = [
        "Room 295066 (number) · live-main",
        "2 people in it, as far as was heard.",
        "1 relay mixes it: R1",
    ]
    assert read(removing) == [*whom, "They may come back: their application decides."]
    assert read(closing) == [*whom, "Everybody is thrown out, and may come back."]


async def test_a_room_is_dismissed_and_its_relays_end(world):
    await world.typed(START)
    await people_in(world, "alice")
    form = await world.typed("/relay dismiss-room 295066")
    await world.submitted(form)

    assert world.cloud.people.rooms == {}
    assert world.cloud.state.running == []
    assert (await world.notices())[-1].text == (
        "🔵 A1 · dismissal accepted · room 295066 (number)"
    )


async def test_a_text_room_goes_to_the_other_actions(world):
    await people_in(world, "alice", room="295066")
    await people_in(world, "alice", room=295066)

    form = await world.typed("/relay remove-user 295066 alice type=text")
    await world.submitted(form)
    form = await world.typed("/relay dismiss-room 295066 type=number")
    await world.submitted(form)

    assert sent(world) == ["RemoveUserByStrRoomId", "DismissRoom"]
    assert world.cloud.people.rooms == {}


async def test_of_rooms_that_are_written_alike_it_is_asked_which(world):
    await people_in(world, "alice", room="295066")
    await people_in(world, "alice", room=295066)

    answer = await world.typed("/relay dismiss-room 295066")

    assert plain(answer.headline) == "Several rooms are called 295066. Which one?"
    assert {one.text for one in answer.buttons} == {
        "dismiss-room 295066 type=number app=live-main",
        "dismiss-room 295066 type=text app=live-main",
    }
    forms = [await world.typed(f"/relay {one.text}") for one in answer.buttons]
    assert all(isinstance(one, Form) for one in forms)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("remove-user", "Say which room."),
        ("dismiss-room 7", "add type=number or type=text"),
        ("dismiss-room 7 type=maybe", "A room's ID is number or text."),
        ("dismiss-room 7 8 type=number", "Unknown word “8”."),
        ("dismiss-room studio type=number --dry-run", "whole number"),
        ("dismiss-room 99999999999 type=number --dry-run", "1 to 4294967295"),
        ("dismiss-room ☃ type=text --dry-run", "1 to 64 letters"),
        ("dismiss-room 7 type=text app=none", "There is no app “none” here"),
        ("remove-user R7 --robot", "No relay is called “R7” here."),
    ],
)
async def test_what_cannot_be_meant_gets_a_sentence(world, typed, sentence):
    answer = await world.typed(f"/relay {typed}")

    lines = (getattr(part, "lines", ()) for part in answer.parts)
    parts = [plain(spans) for each in lines for spans in each]
    texts = [plain(answer.headline), plain(answer.sentence), *parts]
    assert sentence in " ".join(texts)
    assert sent(world) == []


@pytest.mark.parametrize("typed", ["R1", "r1", "R1 app=live-main"])
async def test_the_handle_of_a_relay_names_its_room(world, typed):
    await world.typed(START)  # and nothing is heard of the room
    form = await world.typed(f"/relay dismiss-room {typed}")
    await world.submitted(form)

    assert sent(world)[-1] == "DismissRoom"
    assert (await world.notices())[-1].text == (
        "🔵 A1 · dismissal accepted · room 295066 (number)"
    )


async def test_people_are_thrown_out_of_the_room_of_a_relay(world):
    await world.typed(START)
    await people_in(world, "alice", "bob")
    form = await world.typed("/relay remove-user R1 bob")
    await world.submitted(form)

    assert [list(one) for one in world.cloud.people.rooms.values()] == [["alice"]]


@pytest.mark.parametrize("typed", ["R7", "R1 app=two", "R1 type=text", "C1"])
async def test_a_handle_is_the_name_of_a_room_where_no_relay_fits_it(worlds, typed):
    world = await worlds(settings={"apps": TWO})
    await world.typed(f"{START} app=one")

    answer = await world.typed(f"/relay dismiss-room {typed}")

    assert "295066" not in repr(answer)


async def test_more_than_ten_or_nobody_is_refused_where_it_was_typed(world):
    form = await world.typed("/relay remove-user 7 type=number")
    names = " ".join(f"u{number}" for number in range(11))
    with pytest.raises(InvalidRequest) as many:
        await world.submitted(form, others=names)
    with pytest.raises(InvalidRequest) as none:
        await world.submitted(form, others=" ")

    assert "10 at most; 11 were given" in many.value.faults["others"]
    assert "Say whom" in none.value.faults["others"]
    assert sent(world) == []


async def test_hostile_names_go_out_as_they_are(world):
    form = await world.typed("/relay remove-user 7 type=text")
    name = "<!channel>*_`&amp;"
    await world.submitted(form, others=name)

    intent = await only(world)
    assert intent.masked["UserIds"] == [name]
    assert intent.state is State.NOT_STARTED  # there is no such room


async def test_a_dry_run_sends_nothing(world):
    await people_in(world, "alice")

    answer = await world.typed("/relay remove-user 295066 alice --dry-run")

    assert "UserIds" in str(answer.parts)
    assert sent(world) == []


async def test_a_lost_answer_is_unknown_and_nothing_is_sent_again(world):
    await people_in(world, "alice")
    world.cloud.state.fail_next("RemoveUser", "late")
    form = await world.typed("/relay remove-user 295066 alice")
    await world.submitted(form)

    assert sent(world) == ["RemoveUser"]
    assert (await world.notices())[-1].text == (
        "⚠️ A1 · not known whether 1 person was removed · room 295066 (number)"
    )
    assert world.cloud.people.rooms == {}


async def test_the_same_form_sent_in_twice_is_one_removal(world):
    await people_in(world, "alice")
    form = await world.typed("/relay remove-user 295066 alice")
    await world.submitted(form, key="modal:T0HOME:V1")
    await world.submitted(form, key="modal:T0HOME:V1")

    assert sent(world) == ["RemoveUser"]


async def test_in_production_the_number_of_people_is_typed(worlds):
    world = await worlds(production=True)
    await people_in(world, "alice", "bob")
    form = await world.typed("/relay dismiss-room 295066")

    with pytest.raises(InvalidRequest) as refused:
        await world.submitted(form, count="3")
    assert refused.value.faults == {
        "count": "Type 2, the number of people that this is about."
    }
    await world.submitted(form, count="2")
    assert sent(world) == ["DismissRoom"]


async def test_a_key_without_the_right_is_told_which_right(world):
    await people_in(world, "alice")
    world.cloud.state.fail_next("DismissRoom", "AuthFailure.UnauthorizedOperation")
    form = await world.typed("/relay dismiss-room 295066")
    await world.submitted(form)

    notice = (await world.notices())[-1]
    assert notice.text.startswith("🔴 A1 · room not dismissed")
    assert "trtc:DismissRoom" in str(notice.body)


async def test_the_robot_of_a_relay_out_of_reach_is_removed_as_a_try(world):
    world.cloud.state.fail_next("StartPublishCdnStream", "late")
    await world.typed(START)
    shown = await world.typed("/lookup R1")
    (button,) = [one for one in shown.buttons if one.label == "Try: remove its robot"]

    form = await world.typed(f"/relay {button.text}")
    assert "Whether R1 ends by it, only a callback tells." in read(form)
    await world.submitted(form)

    assert world.cloud.state.running == []
    notices = [one for one in await world.notices() if one.audience == "asker"]
    assert notices[-1].text == (
        "🟢 The removal of R1's robot was accepted. Whether the relay ended, only a"
        " callback tells."
    )
    relay = await world.service.recents.named("R1", "T0HOME")
    assert relay.state is State.UNKNOWN


async def test_a_room_finds_what_runs_in_it_and_not_what_was_done_to_it(world):
    await world.typed(START)
    await people_in(world, "alice")
    for _time in range(6):
        await people_in(world, "bob")
        form = await world.typed("/relay remove-user 295066 bob")
        await world.submitted(form)

    matching = await world.journal.find.matching("295066", "T0HOME")

    assert [one.handle for one in matching] == ["R1"]


async def test_each_needs_its_own_right(worlds):
    rule = Rule(name="on-call", actions=("relay.*",), users=("U0ANA",))
    world = await worlds(policy=Policy(rules=(rule,)), settings={"allow_all": False})
    await people_in(world, "alice")

    for typed in ("remove-user 295066", "dismiss-room 295066", "room-history 295066"):
        answer = await world.typed(f"/relay {typed}")
        assert not isinstance(answer, Form)
        assert "room." in str(answer)
    assert sent(world) == []


async def test_who_was_thrown_out_is_not_shown_to_the_channel(world):
    await people_in(world, "alice")
    form = await world.typed("/relay remove-user 295066 alice")
    await world.submitted(form)

    shown = await world.typed("/lookup A1")
    answer = await world.typed("/lookup A1 --details --public")

    assert "Share" not in [one.label for one in shown.buttons]
    assert "names people" in plain(answer.headline) + plain(answer.sentence)
    card = next(one for one in await world.notices() if one.audience == "channel")
    assert "alice" not in str(card.body)


async def test_of_several_apps_the_one_is_named(worlds):
    world = await worlds(settings={"apps": TWO})

    answer = await world.typed("/relay dismiss-room 7 type=number")

    assert "Say which app: one, two." in plain(answer.parts[0].lines[0])
