"""Whatever stands in any field of any form: the answer is one that Slack shows."""

import pytest

from bot.dialogue.form import Field, Form
from bot.errors import InvalidRequest
from bot.slack.inbound import payloads
from bot.slack.render import limits, modals
from tests.bot.operations.approvals import policy
from tests.commands.test_forms import EACH, before, sent_in

URL = "url=rtmp://push.example.com/live/a"
# By what opens them: the form of a start in all its modes.
MODES = [
    "/relay start 7 what=one user=ana",
    "/relay start 7 what=audio hear=ana",
    "/relay start 7 layout=custom",
    "/relay start 7 layout=side users=ana,bob quality=custom bitrate=900",
    "/relay start 7 feedback=8",
    f"/relay start 7 {URL} feedback=8/ana for=2h",
    "/relay start 7 record=vod until=23:59",
    "/relay start 7 record=template recordkey=k",
    "/relay start 7 sei=text seidata=abc logo=https://logo.example.com/a.png",
    "/relay start 7 url=rtmp://push.elsewhere.test/live/a",
    '/relay start json={"SdkAppId":1400000001} note=n',
]
FORMS = [*EACH, *(("relay start", "", line, {}) for line in MODES)]
WRONG = ("1e3", "12.", "9" * 3000, "a\nb", "\u200b", "\u202eab", "😀", "\x00", None)


async def answered(world, form, **sent):
    """Return how the form is answered: as Slack takes it, or it is an incident."""
    try:
        return await world.submitted(form, **sent)
    except InvalidRequest as refused:
        view = sent_in(form)["view"]
        errors = modals.faults(payloads.inputs(view), refused.faults)
        assert errors
        assert errors.keys() <= {*payloads.inputs(view)}
        assert all(0 < len(one) <= limits.FAULT for one in errors.values())
        assert "Something went wrong" not in str(errors)
        return refused


@pytest.mark.parametrize(
    ("name", "earlier", "line", "way"), FORMS, ids=[f"{o[0]}: {o[2]}" for o in FORMS]
)
async def test_a_wrong_value_is_told_at_a_field_that_is_shown(
    world_with, name, earlier, line, way
):
    world = await world_with(policy() if earlier == "asked" else None)
    of = await before(world, earlier)
    by = {"by": way["user"]} if "user" in way else {}

    form = await world.typed(line.replace("{of}", of), **way)
    assert isinstance(form, Form), form.plain
    for field in [one.name for one in form.fields if isinstance(one, Field)]:
        for wrong in WRONG:
            answer = await answered(world, form, **by, **{field: wrong})
            if not isinstance(answer, InvalidRequest):  # it was taken, or asks
                form = await world.typed(line.replace("{of}", of), **way)
            if not isinstance(form, Form):
                return  # what it was about is settled
    assert len(modals.view(form)["blocks"]) <= limits.VIEW_BLOCKS
