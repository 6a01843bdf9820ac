"""What forms of relays offer: named targets, presets, whose CDN a host is."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.dialogue.form import ChoiceField, FormPart, Option, PicksField
from bot.i18n import _
from bot.journal.named_targets import NamedTarget
from bot.journal.presets import Preset
from bot.resources.relay import cdn, draft
from bot.resources.relay.plan import Plan
from bot.resources.relay.targets import SCHEME


@dataclass(frozen=True, slots=True)
class Choices:
    """The named *targets* that whoever fills the form in may use, and their *presets*.

    The presets are in the order in which they were used, the last one first.
    """

    targets: tuple[NamedTarget, ...] = ()
    presets: tuple[Preset, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The names of the targets."""
        return frozenset(one.name for one in self.targets)

    def on(self, app: str) -> "Choices":
        """Return what of it goes with the *app* of that name."""
        targets = (one for one in self.targets if not one.apps or app in one.apps)
        return Choices(tuple(targets), self.presets)


NOTHING = Choices()


def preset_field(plan: Plan, choices: Choices) -> Iterator[FormPart]:
    """Yield the choice of a preset, if there is any."""
    if choices.presets:
        yield ChoiceField(
            name="preset",
            label=_("Preset"),
            hint=_("It fills the form in anew."),
            options=tuple(_preset(one) for one in choices.presets),
            initial=plan.get("preset", ""),
            optional=True,
            redraws=True,
        )


def _preset(preset: Preset) -> Option:
    whose = _("yours") if preset.owner else _("everybody's")
    return Option(f"{preset.name} · {whose}", preset.name)


def targets_field(plan: Plan, choices: Choices) -> Iterator[FormPart]:
    """Yield the choice of named targets, if there is any."""
    if choices.targets:
        yield PicksField(
            name=draft.TARGETS,
            label=_("Named targets"),
            options=tuple(
                Option(f"@{one.name} · {_host(one)}", one.name)
                for one in choices.targets
            ),
            initial=tuple(draft.picked(plan)),
            optional=True,
        )


def _host(target: NamedTarget) -> str:
    return target.shown.partition(SCHEME)[2].partition("/")[0]


def cdn_field(host: str, chosen: str) -> FormPart:
    """Return the question whose CDN *host* is, which was answered by *chosen*."""
    return ChoiceField(
        name=cdn.choice_of(host),
        label=_("Whose CDN is {host}?").format(host=host),
        options=(
            Option(_("Tencent's"), cdn.TENCENT),
            Option(_("Another"), cdn.OTHER, _("Which is billed")),
        ),
        initial=chosen,
        radio=True,
    )
