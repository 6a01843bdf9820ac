"""The forms that ask before people are thrown out of a room, or it is closed."""

from bot.dialogue.form import PicksField, TextField
from bot.dialogue.outcome import plain
from bot.ids import FormId
from bot.resources.room.form import MOST_OFFERED, Target, dismiss_form, remove_form
from bot.settings import App
from bot.tencent.room_events import Role
from tests.bot.resources.room.rooms import APP, K, heard

FORM = FormId("f" * 32)


def target(*users, production=False, **more):
    app = App(name="live", sdk_app_id=APP, usersig_key="k" * 64, production=production)
    events = [(K.ENTERED, number, user) for number, user in enumerate(users)]
    return Target(app=app, heard=heard(*events), relays=(), **more)


def read(form):
    return [plain(one.spans) for one in form.fields if hasattr(one, "spans")]


def test_a_thousand_people_are_counted_and_a_hundred_offered():
    many = target(*(f"user-{number}" for number in range(1000)))
    form = remove_form(many, ("user-7", "elsewhere"), FORM)

    (picks,) = [one for one in form.fields if isinstance(one, PicksField)]
    (typed,) = [one for one in form.fields if isinstance(one, TextField)]
    assert "1000 people in it, as far as was heard." in read(form)
    assert len(picks.options) == MOST_OFFERED
    assert set(typed.initial.split()) | set(picks.initial) == {"user-7", "elsewhere"}


def test_robots_are_no_people():
    assert target("alice", "pb_01J00000000000000000000000").count == 1


def test_without_anybody_there_is_no_empty_menu():
    form = remove_form(target(is_heard=False), (), FORM)

    (typed,) = [one for one in form.fields if isinstance(one, TextField)]
    assert (typed.label, typed.optional) == ("User IDs", False)
    assert "Nothing was heard of it: who is in it is not known." in read(form)


def test_the_audience_is_counted_though_it_is_not_listed():
    app = App(name="live", sdk_app_id=APP, usersig_key="k" * 64)
    room = heard((K.ENTERED, 1, "eve", {"role": Role.AUDIENCE}))

    assert Target(app=app, heard=room, relays=()).count == 1


def test_in_production_the_number_is_asked_for():
    for made in (
        remove_form(target("alice", production=True), (), FORM),
        dismiss_form(target("alice", production=True), FORM),
    ):
        assert "count" in [getattr(one, "name", "") for one in made.fields]
