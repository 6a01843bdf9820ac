"""Modals and buttons: what Slack sends when a form or a card was tampered with."""

import copy
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from tests.trials.fuzz_front import Front, Json
from tests.trials.fuzz_kit import ANA, BOB, law, mutated, rarely, texts, values
from tests.trials.fuzz_words import allowed

START = "StartPublishCdnStream"
OPENERS = {"relay": ("/relay", "start"), "car": ("/car", "start")}
ACTIONS = {"relay": START, "car": "CreateSession"}
REQUIRED = {"relay": ("room", "url"), "car": ("user", "ip")}
# A value that no careful reader would take, by the form and field it stands in.
WRONG = {
    "relay": {
        "room": ("", " ", "a" * 65, None),
        "url": (
            *("", "http://push.example.com/a", "rtmp://", "push"),
            *("rtmp://a b/c", None),
        ),
        "idle": ("4", "86401", "-1", "1e3", "x"),
        "type": ("nonsense",),
        "what": ("nonsense",),
        "quality": ("nonsense",),
    },
    "car": {
        "user": ("", None, " "),
        "ip": ("", "1.2.3", "10.0.0.1", "::1", "x", None),
        "mode": ("nonsense",),
    },
}
kinds = st.sampled_from(sorted(OPENERS))


@dataclass(frozen=True, slots=True)
class Opened:
    """A form of a *kind* as Slack shows it to *user*."""

    front: Front
    kind: str
    user: str
    view: Json

    def filled(self):
        number = self.front.number()
        typed = {
            "room": str(100_000 + number),
            "url": f"rtmp://push.example.com/live/f{number}",
            "user": f"player{number}" if self.kind == "car" else None,
            "ip": "125.127.178.228",
        }
        inputs = [block for block in self.view["blocks"] if block["type"] == "input"]
        return {block["block_id"]: state(block, typed) for block in inputs}

    def payload(self, filled, **changed):
        """Return the submission of *filled*; *changed* are other parts of the view."""
        view = {
            **{name: part for name, part in self.view.items() if name != "close"},
            "id": f"V{self.front.number()}",
            "hash": "h",
            "state": {"values": filled},
            **changed,
        }
        return self.front.interaction("view_submission", self.user, view=view)

    async def sent(self, filled, **changed):
        await self.front.deliver(self.payload(filled, **changed))
        acked = self.front.acked
        return acked, self.front.take()[1]


async def opened(front, kind, *, forgiving=False):
    """Open a form of *kind* for somebody new."""
    command, subcommand = OPENERS[kind]
    user = f"U{front.number():06}"
    calls, _actions = await front.typed(subcommand, command, user)
    (view,) = [call.body["view"] for call in calls if call.method == "views.open"]
    front.forgiving = forgiving
    return Opened(front, kind, user, view)


def state(block, typed):
    element, name = block["element"], block["block_id"]
    kind = element["type"]
    value: Json = {"type": kind}
    if kind in {"static_select", "radio_buttons", "external_select"}:
        value["selected_option"] = copy.deepcopy(element.get("initial_option"))
    else:
        value["value"] = typed.get(name) or element.get("initial_value")
    return {element["action_id"]: value}


def check_ack(acked, view):
    """Assert that Slack would take *acked* as the answer to a submission."""
    if not acked:
        return
    assert acked.get("response_action") in {"errors", "update", "clear"}
    if acked["response_action"] == "errors":
        inputs = {b["block_id"] for b in view["blocks"] if b["type"] == "input"}
        assert acked["errors"], "errors without one"
        assert acked["errors"].keys() <= inputs


@law(15)
@given(kind=kinds, surplus=st.none() | texts)
async def test_a_sound_form_is_carried_out(front, kind, surplus):
    form = await opened(front, kind)
    filled = form.filled()
    if surplus is not None:
        filled["surplus"] = {"field:surplus": {"type": "x", "value": surplus[:9]}}

    acked, actions = await form.sent(filled)

    check_ack(acked, form.view)
    assert actions == [ACTIONS[kind]]


@st.composite
def wrong_fields(draw):
    """Draw a form, a field of it, a wrong value, and whether it is left out instead."""
    kind = draw(kinds)
    name = draw(st.sampled_from(sorted(WRONG[kind])))
    out = name in REQUIRED[kind] and draw(rarely)
    return kind, name, draw(st.sampled_from(WRONG[kind][name])), out


@law(60)
@given(example=wrong_fields())
async def test_a_form_with_a_wrong_field_starts_nothing(front, example):
    kind, name, wrong, out = example
    form = await opened(front, kind)
    filled = form.filled()
    if name not in filled:
        return
    (value,) = filled[name].values()
    if "selected_option" in value:
        value["selected_option"] = {"text": {}, "value": wrong}
    else:
        value["value"] = wrong
    if out:
        del filled[name]

    acked, actions = await form.sent(filled)

    check_ack(acked, form.view)
    assert actions == []


@law(80)
@given(kind=kinds, data=st.data())
async def test_a_form_of_any_shape_starts_one_thing_at_most(front, kind, data):
    form = await opened(front, kind, forgiving=True)

    def instead(_before):
        return values | texts | st.sampled_from(("9" * 4000, [], {}, None, 0))

    filled = data.draw(mutated(form.filled(), least=1, instead=instead))

    acked, actions = await form.sent(filled)

    check_ack(acked, form.view)
    assert len(actions) <= 1


printable = st.characters(min_codepoint=33, max_codepoint=126)


@st.composite
def flipped(draw, text):
    """Draw *text* with a character or two changed, dropped or put in."""
    letters = list(text)
    for _ in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, max(len(letters) - 1, 0)))
        new = draw(st.sampled_from(["", "\x00", "é", ":"]) | printable)
        letters[at : at + draw(st.integers(0, 1))] = [new] if new else []
    made = "".join(letters)
    return made if made != text else f"{text}x"


@law(30)
@given(kind=kinds, data=st.data())
async def test_a_forged_draft_opens_nothing(front, kind, data):
    form = await opened(front, kind, forgiving=True)
    metadata = data.draw(flipped(form.view["private_metadata"]))

    _acked, actions = await form.sent(form.filled(), private_metadata=metadata)

    assert actions == []


@law(20)
@given(kind=kinds, user=st.sampled_from((BOB, "", "U0EVIL", ANA.lower())))
async def test_a_draft_belongs_to_whoever_opened_it(front, kind, user):
    form = await opened(front, kind, forgiving=True)
    payload = form.payload(form.filled())
    payload["user"]["id"] = user

    await front.deliver(payload)

    assert front.take()[1] == []


@law(10)
@given(kind=kinds, seconds=st.integers(1, 99))
async def test_a_draft_is_worth_nothing_after_half_an_hour(front, kind, seconds):
    form = await opened(front, kind, forgiving=True)
    front.world.clock.push(minutes=30, seconds=seconds)

    _acked, actions = await form.sent(form.filled())

    assert actions == []


@law(20)
@given(edited=st.booleans())
async def test_one_submission_starts_once_whatever_it_holds_the_second_time(
    front, edited
):
    form = await opened(front, "relay", forgiving=True)
    payload = form.payload(form.filled())
    await front.deliver(payload)
    again = copy.deepcopy(payload)
    if edited:
        again["view"]["state"]["values"] = form.filled()

    await front.deliver(again)

    assert front.take()[1] == [START]


@law(30)
@given(data=st.data())
async def test_a_callback_id_that_was_changed_leads_to_no_other_form(front, data):
    form = await opened(front, "relay", forgiving=True)
    before = form.view["callback_id"]
    callback = data.draw(flipped(before))

    _acked, actions = await form.sent(form.filled(), callback_id=callback)

    if callback.partition(":")[2] != before.partition(":")[2]:
        assert actions == []


@st.composite
def buttons(draw):
    """Draw a button's action as Slack sends it, changed, and the value it had."""
    number = draw(st.integers(1, 50))
    value = draw(flipped(f"01ABC:stop:3 stop R{number} --yes"))
    action: Json = {"type": "button", "action_id": "do:relay:1", "value": value}
    if draw(rarely):
        action = draw(mutated(action, least=1, most=1))
    elif draw(rarely):
        action["action_id"] = draw(flipped("do:relay:1"))
    return action, value


@law()
@given(button=buttons(), user=st.sampled_from((ANA, BOB)))
async def test_a_button_does_at_most_what_its_words_say(front, button, user):
    action, value = button
    await front.fresh()
    front.forgiving = True
    payload = front.interaction(
        "block_actions",
        user=user,
        actions=[action],
        channel={"id": f"C{front.number():06}"},
        container={"type": "message", "message_ts": "1.2", "channel_id": "C1"},
        response_url=front.slack.response_url(front.number()),
    )

    await front.deliver(payload)

    assert set(front.take()[1]) <= allowed("/relay", value)
