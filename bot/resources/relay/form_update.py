"""The form that changes a relay that runs, and the look at it before it is sent.

It begins as the relay is. A target is called by its number, which stays as it is; what
is typed instead is another. What Tencent lets nobody change has no field here.
"""

from collections.abc import Iterable, Iterator, Mapping

from bot.dialogue.ask import Submission
from bot.dialogue.form import (
    Field,
    Form,
    FormButton,
    FormButtons,
    FormPart,
    TextField,
)
from bot.dialogue.outcome import Line, Span, line
from bot.i18n import _
from bot.ids import FormId
from bot.journal.model import Intent
from bot.resources.relay import cdn, form_content, form_more, update
from bot.resources.relay.change import CHANGEABLE, Changed, Present
from bot.resources.relay.choices import cdn_field
from bot.resources.relay.plan import MIX, ONE, Plan
from bot.resources.relay.targets import every_target
from bot.settings import Limits

OPEN = "more"


def values_of(submission: Submission) -> dict[str, str]:
    """Return what the fields of *submission* hold; an empty one is empty."""
    choices = (name for name in submission.values if name.startswith(cdn.CHOICE))
    shown = (name for name in CHANGEABLE if name in submission.values)
    return {name: submission.text(name) for name in (*shown, *choices)}


def update_form(  # noqa: PLR0913, PLR0917 - what a form is drawn from
    relay: Intent,
    present: Present,
    plan: Plan,
    limits: Limits,
    form_id: FormId,
    lines: Iterable[tuple[Span, ...]] = (),
    faults: Mapping[str, str] | None = None,
) -> Form:
    """Return the form that changes *relay*, filled in with *plan*.

    *lines* stand above the fields, and each of *faults* below its field.
    """
    parts = tuple(_fields(relay, present, plan, limits))
    title = _("Change {handle}").format(handle=relay.handle)
    return Form(
        command="relay",
        subcommand="update",
        title=title,
        submit=_("Review"),
        fields=tuple(_with_faults(parts, lines, faults or {})),
        form_id=form_id,
    )


def _with_faults(
    parts: tuple[FormPart, ...],
    lines: Iterable[tuple[Span, ...]],
    faults: Mapping[str, str],
) -> Iterator[FormPart]:
    names = {part.name for part in parts if isinstance(part, Field)}
    yield from (Line(spans) for spans in lines)
    yield from (line(f"⚠️ {text}") for key, text in faults.items() if key not in names)
    for part in parts:
        yield part
        if isinstance(part, Field) and part.name in faults:
            yield line(f"⚠️ {faults[part.name]}")


def _fields(
    relay: Intent, present: Present, plan: Plan, limits: Limits
) -> Iterator[FormPart]:
    full = {**present.plan, **plan}
    yield from (Line(spans, quiet=True) for spans in every_target(relay))
    yield from _targets(present, full)
    if full["what"] == MIX:
        yield from form_content.layout(full)
        yield from form_content.quality(full, limits)
    if full["what"] == ONE:
        yield from form_content.one_user(full)
    if full["what"] != ONE:
        yield from form_more.heard(full)
    yield from _more(full)


def _targets(present: Present, plan: Plan) -> Iterator[FormPart]:
    yield TextField(
        name="url",
        label=_("Targets"),
        hint=_(
            "One to a line. {example} stays as it is; what is taken out is no target"
            " any more; an rtmp:// address, kept secret, or @name of a named target is"
            " new."
        ).format(example=f"@{present.handle}.1"),
        initial=plan.get("url", ""),
        multiline=True,
        redraws=True,
        optional=bool(plan.get("feedback")),
    )
    for host in cdn.hosts_of(plan.get("url", "")):
        chosen = plan.get(cdn.choice_of(host), "")
        if chosen or not cdn.is_tencents(host, present.app):
            yield cdn_field(host, chosen)


def _more(plan: Plan) -> Iterator[FormPart]:
    """Yield what is rarely changed, if it is open."""
    fields = [*form_more.dress(plan), *form_more.sei(plan)]
    if plan["what"] != MIX:
        return
    is_open = bool(plan.get(OPEN))
    yield FormButtons((FormButton(OPEN, _("Less") if is_open else _("More…")),))
    if is_open:
        yield from fields


def replace_form(
    relay: Intent,
    number: int,
    form_id: FormId,
    values: Plan,
    lines: Iterable[tuple[Span, ...]] = (),
) -> Form:
    """Return the form that asks for another address of one target of *relay*."""
    shown = every_target(relay)[number - 1]
    address = values.get("url", "")
    hosts = cdn.hosts_of(address)
    return Form(
        command="relay",
        subcommand="update",
        title=_("Replace the address"),
        submit=_("Review"),
        fields=(
            *(Line(spans) for spans in lines),
            Line(shown, quiet=True),
            TextField(
                name="url",
                label=_("New address"),
                hint=_(
                    "rtmp://host/app/stream, kept secret, or a named target: @name."
                ),
                initial=address,
                focus=not address,
            ),
            *(cdn_field(host, values.get(cdn.choice_of(host), "")) for host in hosts),
        ),
        form_id=form_id,
    )


def review_lines(changed: Changed) -> Iterator[Line]:
    """Yield what *changed* makes another, and what viewers notice of it."""
    yield from (Line(spans) for spans in update.lines(changed.differences))
    yield line(update.interruption(interrupts=changed.interrupts))
    if hosts := ", ".join(changed.elsewhere):
        text = _(
            "{hosts}: sent as another CDN's, which is billed. If it is Tencent's, add"
            " cdn=tencent."
        )
        yield line(text.format(hosts=hosts), quiet=True)


def review(
    relay: Intent,
    changed: Changed,
    form_id: FormId,
    lines: Iterable[tuple[Span, ...]] = (),
) -> Form:
    """Return the look at what *changed* makes of *relay*, before it is sent."""
    return Form(
        command="relay",
        subcommand="update",
        title=_("Change {handle}").format(handle=relay.handle),
        submit=_("Change it"),
        fields=(
            *(Line(spans) for spans in lines),
            *review_lines(changed),
            TextField(name="note", label=_("Note"), optional=True),
        ),
        form_id=form_id,
    )
