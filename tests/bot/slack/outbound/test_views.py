"""Choices that are made at once in one form, by real forms and a Slack with hashes."""

import asyncio
from dataclasses import replace

import pytest

from bot.dialogue.ask import Surface
from bot.dialogue.form import Form, TextField
from bot.dialogue.outcome import Outcome, Picture
from bot.slack.inbound.payloads import submission
from bot.slack.outbound.replies import Replies
from bot.slack.outbound.views import Standing, Views
from bot.slack.outbound.web import Sent
from bot.slack.render import modals
from tests.fakes.clock import FakeClock
from tests.fakes.slack import FakeSlack, refused


class Modal:
    """One modal of a Slack that takes an update only of what stands there now."""

    def __init__(self, world, form):
        self.world, self.number = world, 0
        self.body, self.typed = modals.view(form), {}
        self.web = FakeSlack(data={"views.update": self.update})
        self.replies = Replies(self.web, now=FakeClock(), sleep=FakeClock().sleep)

    @property
    def hash(self):
        return f"h{self.number}"

    @property
    def names(self):
        inputs = [one for one in self.body["blocks"] if one["type"] == "input"]
        return {one["block_id"].partition(".")[0] for one in inputs}

    def update(self, call):
        if call["hash"] != self.hash:
            return refused("hash_conflict")
        self.body, self.number = call["view"], self.number + 1
        return {"view": {"id": "V1", "hash": self.hash}}

    def chosen(self, changed, **values):
        """Return that *changed* was chosen in the modal as it stands now."""
        self.typed |= values
        state = {
            one["block_id"]: {one["element"]["action_id"]: {"value": self.typed[name]}}
            for one in self.body["blocks"]
            if one["type"] == "input"
            and (name := one["block_id"].partition(".")[0]) in self.typed
        }
        view = {**self.body, "id": "V1", "hash": self.hash, "state": {"values": state}}
        who = {"user": {"id": "U0ANA", "team_id": "T0HOME"}, "team": {"id": "T0HOME"}}
        return submission({**who, "trigger_id": "t", "view": view}, changed=changed)

    async def redrawn(self, *choices):
        """Have all *choices* redrawn at once."""
        draw = self.world.router.redraw
        await asyncio.gather(*(self.replies.redraw(one, draw) for one in choices))


async def modal(world):
    return Modal(world, await world.typed("/relay start 7"))


async def test_of_two_choices_made_at_once_both_are_drawn(world):
    shown = await modal(world)
    first = shown.chosen("what", what="one")
    second = shown.chosen("quality", quality="custom")

    await shown.redrawn(first, second)

    assert shown.web.ways == ["views.update"] * 2
    assert "user" in shown.names

    await shown.redrawn(shown.chosen("what", what="mix"))
    assert {"width", "height"} <= shown.names


async def test_a_button_and_a_choice_made_at_once_both_count(world):
    shown = await modal(world)

    await shown.redrawn(shown.chosen("more"), shown.chosen("quality", quality="custom"))

    assert {"until", "width", "to"} <= shown.names


async def test_a_picture_that_comes_meanwhile_does_not_undo_a_choice(world):
    shown = await modal(world)
    choice = shown.chosen("quality", quality="custom")
    form = await world.typed("/relay start 7")
    drawing = Picture(key="k", words="Two, alike.", paint=lambda: b"PNG")
    stood = Sent(ok=True, data={"view": {"id": "V1", "hash": shown.hash}})
    with_it = replace(form, fields=(*form.fields, drawing))
    await shown.replies.pictures.add(with_it, stood)
    assert "slack_file" in str(shown.body)

    await shown.redrawn(choice)

    assert {"width", "height"} <= shown.names


async def test_what_was_chosen_before_all_began_anew_is_dropped(world):
    form = await world.typed("/relay preset save one layout=side")
    await world.submitted(form)
    shown = await modal(world)

    await shown.redrawn(
        shown.chosen("preset", preset="one"), shown.chosen("quality", quality="custom")
    )

    assert shown.web.ways == ["views.update"]
    assert "width" not in shown.names


async def test_what_was_chosen_before_another_form_came_is_dropped(world):
    shown = await modal(world)

    await shown.redrawn(shown.chosen("save"), shown.chosen("quality", quality="custom"))

    assert shown.web.ways == ["views.update"]
    assert shown.body["title"]["text"] == "Save a preset"


async def test_a_choice_in_a_form_that_was_sent_in_meanwhile_is_left_alone(world):
    shown = await modal(world)
    choice = shown.chosen("quality", quality="custom")
    shown.number += 1  # the answer to a submission

    await shown.redrawn(choice)

    assert shown.web.ways == ["views.update"]
    assert "width" not in shown.names


async def test_why_a_form_stays_as_it_is_holds_nobody_up(world):
    shown = await modal(world)

    async def refuses(_ask):
        return Outcome(headline=("No.",))

    choice = shown.chosen("quality", quality="custom")
    await shown.replies.redraw(replace(choice, surface=Surface.FORM), refuses)
    await shown.redrawn(choice)

    assert shown.web.ways == ["post U0ANA", "views.update"]


ROOM = TextField(name="room", label="Room")
FORM = Form(
    command="relay",
    subcommand="start",
    title="Start",
    submit="Go",
    fields=(ROOM,),
    form_id="d1",
)


def taken(drawn):
    return Sent(ok=True, data={"view": {"id": "V1", "hash": drawn}})


@pytest.mark.parametrize(
    ("updates", "stands"),
    [
        ([], None),
        ([("h1", taken("h2"))], Standing("h2", FORM)),
        ([("h1", taken("h2")), ("h2", taken("h3"))], Standing("h3", FORM)),
        ([("h2", taken("h3"))], None),
        ([("h1", refused("timeout"))], None),
        ([("h1", Sent(ok=True))], None),
        ([("h1", taken("h1"))], None),
        ([("h1", taken("h2")), ("h2", taken("h1"))], None),
    ],
)
def test_what_stands_in_a_view_is_what_slack_took_since(updates, stands):
    views = Views()

    for before, sent in updates:
        views.stands("V1", before, FORM, sent)

    assert views.since("V1", "h1") == stands
    assert views.since("V2", "h1") is None
