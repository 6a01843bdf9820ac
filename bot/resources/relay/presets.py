"""Presets: a form that was saved, and how it becomes a relay's plan again.

What is typed beside a preset counts before it. A preset keeps no address with a stream
key: its targets are named ones, so that a rotated key is one edit.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.access.limits import host_of
from bot.dialogue.outcome import (
    Bold,
    Button,
    Facts,
    Outcome,
    Part,
    Row,
    Span,
    When,
    line,
    said,
)
from bot.errors import InvalidRequest
from bot.i18n import _, n_
from bot.journal.model import Intent
from bot.journal.presets import Preset
from bot.resources import byhand
from bot.resources.relay import cdn, draft
from bot.resources.relay.plan import ENCODING, KEYS, Plan, moot
from bot.resources.relay.references import is_reference, references_in
from bot.resources.relay.request import SOUND_ONES, faults_of
from bot.runtime.redact import HIDE
from bot.settings import Terms
from bot.spelling import nearest
from bot.tencent.models.trtc.output import masked_push_url

NOT_KEPT = ("preset", "note", "mode", "to", draft.TARGETS)
NAMED = "target-"  # how the names of the fields begin in which addresses get a name
OF_ROOM = ("room", "type")


# ── from a form, and back ────────────────────────────────────────────────────────


def kept(plan: Plan) -> dict[str, str]:
    """Return what of *plan* a preset keeps: all but what is of one start alone."""
    keys = {*KEYS, "cells"} - {*NOT_KEPT, *(() if plan.get("room") else OF_ROOM)}
    return {k: v for k, v in plan.items() if v and k in keys}


def roomless(plan: Plan) -> dict[str, str]:
    """Return *plan* without its room, in its JSON as well."""
    without = {k: v for k, v in plan.items() if v and k not in OF_ROOM}
    if plan.get("json"):
        fields = json.loads(plan["json"])
        for name in ("RoomId", "RoomIdType"):
            fields.pop(name, None)
        without["json"] = byhand.compact(fields)
    return without


def overlaid(preset: Plan, typed: Plan) -> dict[str, str]:
    """Return the plan of *preset* with what was *typed* beside it, which counts first.

    What of the preset has no effect any more beside it is left out.
    """
    base = dict(preset)
    if typed.get("quality"):
        base = {k: v for k, v in base.items() if k not in ENCODING}
    if typed.get("url"):
        base.pop("cdn", None)
    if typed.get("room"):
        base.pop("type", None)
    whole = {**base, **{k: v for k, v in typed.items() if v}}
    without = moot(whole)
    return {k: v for k, v in whole.items() if k not in without or typed.get(k)}


def misfits(plan: Plan, whole: Plan, terms: Terms) -> dict[str, str]:
    """Return what is wrong with the preset of *plan*, by field.

    *whole* is it with addresses for what it refers to. A preset may do without a room
    and without a target.
    """
    stand_ins = {"room": SOUND_ONES["room"]} if not plan.get("room") else {}
    if not (plan.get("url") or plan.get("feedback") or plan.get("json")):
        stand_ins["url"] = SOUND_ONES["url"]
    faults = faults_of({**whole, **stand_ins}, terms)
    return {k: text for k, text in faults.items() if k not in stand_ins}


def unfit(name: str, faults: Iterable[str]) -> str:
    """Return that the preset *name* does not fit any more, and at which fields."""
    sentence = _("The preset “{name}” does not fit any more: see {fields}.")
    return sentence.format(name=name, fields=", ".join(faults))


def chosen(presets: Sequence[Preset], name: str) -> Preset:
    """Return that one of *presets* which is called *name*.

    Raises:
        InvalidRequest: there is none.
    """
    wanted = name.strip().casefold()
    for one in presets:
        if one.name == wanted:
            return one
    near = next(iter(nearest(wanted, [one.name for one in presets])), "")
    sentence = (
        _("There is no preset “{name}”; the nearest is {near}.")
        if near
        else _("There is no preset “{name}”. See /relay preset list.")
    )
    raise InvalidRequest({"preset": sentence.format(name=name[:40], near=near)})


# ── addresses that a preset does not keep ────────────────────────────────────────


def unnamed(plan: Plan) -> dict[str, str]:
    """Return the addresses of *plan* that need a name, by the field that asks for it.

    Those are addresses as they were typed, and targets of a relay (`@R1.2`).
    """
    texts = plan.get("url", "").split()
    return {
        _field_of(text): text for text in texts if not is_reference(text) or "." in text
    }


def _field_of(text: str) -> str:
    return NAMED + hashlib.sha256(text.encode()).hexdigest()[:16]


def renamed(plan: Plan, names: Mapping[str, str]) -> dict[str, str]:
    """Return *plan* with the *names* of its addresses, by their fields, for them."""
    fields = {text: field for field, text in unnamed(plan).items()}
    texts = plan.get("url", "").split()
    urls = [f"@{names[fields[text]]}" if text in fields else text for text in texts]
    whole = {**plan, "url": "\n".join(urls)}
    return {k: v for k, v in whole.items() if v and not k.startswith(cdn.CHOICE)}


def suggested(text: str) -> str:
    """Return a name for the address *text*, by its host; "" if it has none."""
    labels = host_of(text).split(".")
    return "-".join(labels[-3:-1])[:32].strip("-") if len(labels) > 1 else ""


def address_shown(text: str) -> str:
    """Return *text*, an address or what stands for one, without what is secret."""
    return text if is_reference(text) else masked_push_url(text)


def check_pasted(plan: Plan) -> None:
    """Refuse a preset whose JSON has an address in it, which would be kept.

    Raises:
        InvalidRequest: it has; at `json`.
    """
    text = plan.get("json", "")
    if text and HIDE(text) != text:
        sentence = _(
            "A preset keeps no address with a stream key: write @name in its place."
        )
        raise InvalidRequest({"json": sentence})


# ── how they are told ────────────────────────────────────────────────────────────


def buttons(intent: Intent) -> Iterator[Button]:
    """Yield what makes a preset of the relay *intent*, if it is known how it began."""
    if intent.handle and intent.masked:
        yield Button(_("Save as preset…"), "relay", f"preset save of={intent.handle}")


def listed(presets: Sequence[Preset]) -> Outcome:
    """Return the list of *presets*, with what can be done with each behind a menu."""
    parts: list[Part] = [Row(_row(one), _menu(one)) for one in presets]
    if not presets:
        parts.append(line(_("None yet.")))
    parts.append(line(_("Save one: /relay preset save <name>"), quiet=True))
    count = len(presets)
    title = n_("{n} preset", "{n} presets", count).format(n=count)
    return Outcome(headline=(Bold(title),), parts=tuple(parts))


def _row(preset: Preset) -> tuple[Span, ...]:
    whose = _("yours") if preset.owner else _("everybody's")
    used = said(_("used {when}"), when=When(preset.used_at))
    return (
        Bold(preset.name),
        " · ".join(("", whose, *_gist(preset.plan))),
        "\n",
        *used,
    )


def _gist(plan: Plan) -> Iterator[str]:
    """Yield in a few words what *plan* is about; nothing of it is secret."""
    for key in ("room", "what", "layout", "quality"):
        if text := plan.get(key):
            yield HIDE(text)[:40]
    if names := references_in(plan):
        yield "→ " + ", ".join(f"@{name}" for name in names)


def _menu(preset: Preset) -> tuple[Button, ...]:
    name = preset.name
    return (
        Button(_("Start…"), "relay", f"start preset={name}"),
        Button(_("Show"), "relay", f"preset show {name}"),
        Button(_("Change…"), "relay", f"preset change {name}"),
        Button(_("Rename…"), "relay", f"preset rename {name}"),
        Button(_("Delete…"), "relay", f"preset delete {name}"),
    )


def shown(preset: Preset, faults: Mapping[str, str]) -> Outcome:
    """Return what *preset* says, key by key, and what of it does not fit any more."""
    pairs = tuple(
        (key, (_value(key, preset.plan[key]),))
        for key in (*KEYS, "cells")
        if preset.plan.get(key)
    )
    whose = _("yours") if preset.owner else _("everybody's")
    parts: list[Part] = [Facts(pairs)] if pairs else []
    parts += [line(f"⚠️ {key}: {text}") for key, text in faults.items()]
    start = byhand.in_slack("relay start", (), {"preset": preset.name})
    parts.append(line(start, quiet=True))
    return Outcome(
        headline=(Bold(preset.name), f" · {whose}"),
        sentence=(unfit(preset.name, faults),) if faults else (),
        buttons=_menu(preset)[:1],
        menu=_menu(preset)[2:],
        parts=tuple(parts),
    )


def _value(key: str, text: str) -> str:
    """Return *text* of *key* as it may be shown; a logo's address may be a key."""
    if key == "logo":
        return "/".join(text.split("/")[:3]) + "/****"
    return HIDE(text).replace("\n", " ")[:200]


def deletion(preset: Preset) -> Outcome:
    """Ask before *preset* is deleted."""
    name = preset.name
    question = (
        _("Delete your preset “{name}”?")
        if preset.owner
        else _("Delete the preset “{name}” for everybody?")
    )
    button = Button(
        _("Delete {name}").format(name=name),
        "relay",
        f"preset delete {name} --yes",
        danger=True,
        replaces=True,
    )
    note = line(_("Relays that were started from it are not touched."))
    return Outcome(
        headline=(Bold(question.format(name=name)),), buttons=(button,), parts=(note,)
    )
