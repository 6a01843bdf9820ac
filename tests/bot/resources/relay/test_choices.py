"""What was saved is offered in a form: by its name, and where it leads."""

from bot.dialogue.form import Option
from bot.resources.relay.choices import (
    NOTHING,
    Choices,
    preset_field,
    targets_field,
)
from tests.bot.journal.test_named_targets import target
from tests.bot.journal.test_presets import preset

SAVED = Choices(
    targets=(target(1), target(2, apps=("live",))),
    presets=(preset(2), preset(1, owner="")),
)


def test_without_anything_there_is_no_field():
    assert [*preset_field({}, NOTHING), *targets_field({}, NOTHING)] == []


def test_a_target_is_offered_with_its_host_and_picked_where_the_plan_has_it():
    (field,) = targets_field({"targets": "target-2"}, SAVED)

    assert field.options == (
        Option("@target-1 · push.example.com", "target-1"),
        Option("@target-2 · push.example.com", "target-2"),
    )
    assert (field.initial, field.optional) == (("target-2",), True)


def test_a_target_for_other_apps_is_not_offered():
    assert SAVED.on("other").names == {"target-1"}
    assert SAVED.on("live").names == {"target-1", "target-2"} == SAVED.names
    assert SAVED.on("other").presets == SAVED.presets


def test_presets_are_offered_in_their_order_with_whose_they_are():
    (field,) = preset_field({"preset": "preset-1"}, SAVED)

    assert field.options == (
        Option("preset-2 · yours", "preset-2"),
        Option("preset-1 · everybody's", "preset-1"),
    )
    assert (field.initial, field.redraws) == ("preset-1", True)
