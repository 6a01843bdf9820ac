import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack.model.seed import ANA
from tests.bot.sandbox.slack.conftest import asked, modal, section

TEXT = {"type": "plain_text_input"}
HOME = {"type": "home", "blocks": [section("Hello")]}


async def error_of(call):
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


@pytest.fixture
def trigger(space):
    return space.grants.trigger(ANA.id)


async def test_a_trigger_opens_one_form_for_its_owner(space, web_client, trigger):
    answer = await web_client.views_open(trigger_id=trigger, view=modal(section("Hi")))

    view = space.top(ANA.id)
    assert answer["view"]["id"] == answer["view"]["root_view_id"] == view.id
    assert answer["view"]["hash"] == view.hash
    assert answer["view"]["state"] == {"values": {}}


async def test_a_trigger_works_once(web_client, trigger):
    await web_client.views_open(trigger_id=trigger, view=modal(section("Hi")))

    again = web_client.views_open(trigger_id=trigger, view=modal(section("Hi")))

    assert await error_of(again) == "exchanged_trigger_id"


async def test_a_trigger_dies_after_three_seconds(clock, web_client, trigger):
    clock.at += 3.01

    late = web_client.views_open(trigger_id=trigger, view=modal(section("Hi")))

    assert await error_of(late) == "expired_trigger_id"


async def test_a_trigger_is_not_to_be_made_up(web_client):
    forged = web_client.views_open(trigger_id="1.2.3", view=modal(section("Hi")))

    assert await error_of(forged) == "invalid_trigger_id"


async def test_three_forms_lie_upon_each_other_at_most(space, web_client, trigger):
    await web_client.views_open(trigger_id=trigger, view=modal(section("1")))
    for text in ("2", "3"):
        key = space.grants.trigger(ANA.id)
        await web_client.views_push(trigger_id=key, view=modal(section(text)))

    key = space.grants.trigger(ANA.id)
    fourth = web_client.views_push(trigger_id=key, view=modal(section("4")))

    assert await error_of(fourth) == "push_limit_reached"
    assert [v.previous for v in space.stacks[ANA.id]][1:] == [
        v.id for v in space.stacks[ANA.id]
    ][:2]


async def test_nothing_is_pushed_upon_nothing(web_client, trigger):
    pushed = web_client.views_push(trigger_id=trigger, view=modal(section("1")))

    assert await error_of(pushed) == "not_found"


async def test_an_update_needs_the_hash_that_was_seen_last(space, web_client, trigger):
    form = modal(asked("room", TEXT), external_id="ours")
    view = (await web_client.views_open(trigger_id=trigger, view=form))["view"]

    await web_client.views_update(view_id=view["id"], hash=view["hash"], view=form)
    stale = web_client.views_update(view_id=view["id"], hash=view["hash"], view=form)
    named = await web_client.views_update(external_id="ours", view=form)

    assert await error_of(stale) == "hash_conflict"
    assert named["view"]["id"] == view["id"]


async def test_an_external_id_belongs_to_one_view(space, web_client, trigger):
    form = modal(section("Hi"), external_id="ours")
    await web_client.views_open(trigger_id=trigger, view=form)

    key = space.grants.trigger(ANA.id)

    assert await error_of(web_client.views_open(trigger_id=key, view=form)) == (
        "duplicate_external_id"
    )


@pytest.mark.parametrize("args", [{"view_id": "V0GONE"}, {}])
async def test_what_is_not_open_is_not_updated(web_client, args):
    updated = web_client.api_call(
        "views.update", json={"view": modal(section("Hi")), **args}
    )

    assert await error_of(updated) == ("not_found" if args else "invalid_arguments")


@pytest.mark.parametrize(
    ("view", "error"),
    [
        (modal(section("Hi"), title="x" * 25), "invalid_arguments"),
        (modal(*[section("x" * 3000)] * 90), "view_too_large"),
    ],
)
async def test_a_view_that_slack_refuses(web_client, trigger, view, error):
    opened = web_client.views_open(trigger_id=trigger, view=view)

    assert await error_of(opened) == error


async def test_a_view_that_is_broken_json_is_refused(web_client, trigger):
    opened = web_client.api_call(
        "views.open", json={"trigger_id": trigger, "view": "{"}
    )

    assert await error_of(opened) == "invalid_arguments"


async def test_home_is_published_for_one_and_keeps_its_id(space, web_client):
    first = await web_client.views_publish(user_id=ANA.id, view=HOME)
    second = await web_client.views_publish(
        user_id=ANA.id, view=HOME, hash=first["view"]["hash"]
    )
    stale = web_client.views_publish(
        user_id=ANA.id, view=HOME, hash=first["view"]["hash"]
    )

    assert second["view"]["id"] == first["view"]["id"]
    assert await error_of(stale) == "hash_conflict"
    assert await error_of(web_client.views_publish(user_id="U0NO", view=HOME)) == (
        "invalid_arguments"
    )
