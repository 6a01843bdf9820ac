"""What the form of a copy has beside that of a start: what becomes of the original."""

from collections.abc import Iterable, Mapping

from bot.dialogue.form import ChoiceField, FormPart, Option
from bot.dialogue.outcome import line
from bot.i18n import _
from bot.ids import IntentId
from bot.journal.model import CopyOf, Intent
from bot.resources.relay.draft import THEN
from bot.resources.relay.plan import Plan
from bot.settings import App
from bot.states import OVER

KEEP, STOP = "keep", "stop"  # what becomes of the original when the copy is live
ORIGINAL, NAME, RUNS = "original", "copied", "runs"  # what a draft of a copy has
KEPT = (ORIGINAL, NAME, RUNS, THEN)


def copied(original: Intent, then: str) -> dict[str, str]:
    """Return what a draft has that makes a copy of *original*; *then* was typed."""
    runs = "" if original.state in OVER else RUNS
    draft = {ORIGINAL: original.id, NAME: original.handle, RUNS: runs, THEN: then}
    return {key: text for key, text in draft.items() if text}


def copy_in(draft: Mapping[str, str], then: str = "") -> CopyOf | None:
    """Return what *draft* makes a copy of; *then* is what its form says."""
    original = draft.get(ORIGINAL)
    if not original:
        return None
    stop = (then or draft.get(THEN)) == STOP and bool(draft.get(RUNS))
    return CopyOf(IntentId(original), stop=stop)


def title(plan: Plan) -> str:
    """Return the title of the form for *plan*."""
    name = plan.get(NAME)
    return _("Copy {handle}").format(handle=name) if name else _("Start relay")


def parts(plan: Plan, app: App) -> Iterable[FormPart]:
    """Yield what is asked about the original, if *plan* makes a copy of one."""
    name = plan.get(NAME)
    if not (name and plan.get(RUNS)):
        return
    if f"@{name}.".casefold() in plan.get("url", "").casefold():
        sentence = _(
            "{handle} pushes to this address, and runs or may: two that push to one"
            " address knock each other off."
        )
        yield line(f"⚠️ {sentence.format(handle=name)}")
    yield ChoiceField(
        name=THEN,
        label=_("When the copy is live"),
        hint=""
        if app.callback_key
        else _("Callbacks are off: you are asked to look, in the thread."),
        options=(
            Option(_("Leave {handle} running").format(handle=name), KEEP),
            Option(_("Stop {handle}").format(handle=name), STOP),
        ),
        initial=plan.get(THEN) or KEEP,
        radio=True,
    )
