"""Named targets: the form in which one is given its address, and how they are listed.

The address is typed into the form and is never shown again. What stands in the list is
what any card shows of it: its host and its app.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pydantic import SecretStr

from bot.access.exits import exits_of, refusals
from bot.dialogue.ask import Submission
from bot.dialogue.form import (
    ChoiceField,
    Form,
    FormPart,
    Option,
    PicksField,
    TextField,
)
from bot.dialogue.outcome import Bold, Button, Outcome, Part, Row, Span, When, Who, line
from bot.dialogue.outcome import said as filled
from bot.errors import InvalidRequest
from bot.i18n import _, n_
from bot.ids import FormId, SlackUserId
from bot.journal.named_targets import NamedTarget
from bot.journal.presets import Leading
from bot.resources.relay import cdn, naming
from bot.settings import Terms
from bot.tencent.models.trtc.output import (
    McuPublishCdnParam,
    masked_push_url,
    target_digest,
)

USER = re.compile(r"[UW][A-Z0-9]{2,30}")
GROUP = re.compile(r"S[A-Z0-9]{2,30}")
_MENTION = re.compile(r"<(?:@|!subteam\^)([A-Z0-9]+)(?:\|[^>]*)?>")
LONGEST_ADDRESS = 2048


@dataclass(frozen=True, slots=True)
class Address:
    """A push address that can be sent: whole, masked, and its digest."""

    url: SecretStr
    shown: str
    digest: str


def address(text: str, terms: Terms) -> Address:
    """Read *text* as a push address.

    Raises:
        InvalidRequest: it is none, or leads where nothing may go; at `url`.
    """
    if not text:
        raise InvalidRequest({"url": _("Give its address: rtmp://host/app/stream.")})
    try:
        target = McuPublishCdnParam.of({"PublishCdnUrl": text})
    except InvalidRequest as refused:
        raise InvalidRequest({"url": " ".join(refused.faults.values())}) from None
    url = target.publish_cdn_url.get_secret_value()
    led = refusals(
        exits_of(McuPublishCdnParam, {"PublishCdnUrl": url}), terms.exits, ""
    )
    for one in led.values():
        raise InvalidRequest({"url": one.sentence})
    return Address(SecretStr(url), masked_push_url(url), target_digest(url))


def at(target: NamedTarget, where: Address, *, cdn: str) -> NamedTarget:
    """Return *target* as leading to *where*, on the CDN that the word *cdn* says."""
    return replace(target, shown=where.shown, digest=where.digest, cdn=cdn)


# ── the form ─────────────────────────────────────────────────────────────────────


def form(
    terms: Terms, form_id: FormId, *, name: str = "", before: NamedTarget | None = None
) -> Form:
    """Return the form for a new target called *name*, or for what *before* becomes."""
    return Form(
        command="relay",
        subcommand="target",
        title=_("Change a target") if before else _("Name a target"),
        submit=_("Save"),
        fields=tuple(_fields(terms, name, before)),
        form_id=form_id,
    )


def _fields(terms: Terms, name: str, before: NamedTarget | None) -> Iterator[FormPart]:
    if before:
        yield line(Bold(f"@{before.name}"), f" · {before.shown}")
    else:
        yield TextField(
            name="name",
            label=_("Name"),
            hint=_("Letters, digits and dashes; it is used as url=@name."),
            initial=name,
            longest=naming.LONGEST_NAME * 2,
            focus=not name,
        )
    yield TextField(
        name="url",
        label=_("Address with stream key"),
        hint=_("Empty: it stays as it is. A new key is pasted here with its address.")
        if before
        else _("rtmp://host/app/stream, kept sealed and never shown again."),
        optional=bool(before),
        longest=LONGEST_ADDRESS,
        focus=bool(name or before),
    )
    yield ChoiceField(
        name="cdn",
        label=_("Whose CDN is it?"),
        options=(
            Option(_("Tencent's"), cdn.TENCENT),
            Option(_("Another"), cdn.OTHER, _("Which is billed")),
        ),
        initial=before.cdn if before else "",
        radio=True,
    )
    yield from _for_whom(terms, before)


def _for_whom(terms: Terms, before: NamedTarget | None) -> Iterator[FormPart]:
    if len(terms.apps) > 1:
        yield PicksField(
            name="apps",
            label=_("Apps"),
            hint=_("None chosen: every app."),
            options=tuple(Option(one.name, one.name) for one in terms.apps),
            initial=before.apps if before else (),
            optional=True,
        )
    yield TextField(
        name="users",
        label=_("Who may use it"),
        hint=_("IDs of members (U…) and user groups (S…). Empty: all who may start."),
        initial=" ".join(before.users) if before else "",
        optional=True,
    )


def users_in(submission: Submission, groups: Iterable[str]) -> tuple[str, ...]:
    """Return the people and groups that the form names.

    *groups* are those of which it is known who is in them: what rules name.

    Raises:
        InvalidRequest: a word is no ID, or a group of which that is not known.
    """
    text = _MENTION.sub(r" \1 ", submission.text("users"))
    named = tuple(dict.fromkeys(text.replace(",", " ").split()))
    ruled = set(groups)
    for one in named:
        if not (USER.fullmatch(one) or GROUP.fullmatch(one)):
            sentence = _("“{word}” is no ID of a member (U…) or a user group (S…).")
            raise InvalidRequest({"users": sentence.format(word=one[:40])})
        if GROUP.fullmatch(one) and one not in ruled:
            sentence = _(
                "No rule in bot.toml names the group {group}, so it is not known who is"
                " in it. Name people, or have it named there."
            )
            raise InvalidRequest({"users": sentence.format(group=one)})
    return named


# ── the list ─────────────────────────────────────────────────────────────────────


def listed(targets: Sequence[NamedTarget], *, may_change: bool) -> Outcome:
    """Return the list of *targets*, with what can be done to each behind a menu."""
    parts: list[Part] = [
        Row(_row(one), _menu(one) if may_change else ()) for one in targets
    ]
    if not targets:
        parts.append(line(_("None yet.")))
    if may_change:
        parts.append(line(_("Add one: /relay target add <name>"), quiet=True))
    count = len(targets)
    title = n_("{n} named target", "{n} named targets", count).format(n=count)
    return Outcome(headline=(Bold(title),), parts=tuple(parts))


def _row(target: NamedTarget) -> tuple[Span, ...]:
    facts = [target.shown, _whose(target.cdn)]
    if target.apps:
        facts.append(_("for {apps} only").format(apps=", ".join(target.apps)))
    by, at = Who(target.changed_by), When(target.changed_at)
    return (
        Bold(f"@{target.name}"),
        f" · {' · '.join(facts)}",
        *_for(target.users),
        "\n",
        *filled(_("changed by {who} · {when}"), who=by, when=at),
    )


def _whose(word: str) -> str:
    return _("Tencent's CDN") if word == cdn.TENCENT else _("another CDN, billed")


def _for(users: Sequence[str]) -> tuple[Span, ...]:
    """Return for whom a target is, if not for all."""
    if not users:
        return ()
    named: list[Span] = []
    for one in users:
        named += [" "] if named else []
        named.append(Who(SlackUserId(one)) if USER.fullmatch(one) else one)
    return (" · ", *filled(_("for {whom} only"), whom=tuple(named)))


def _menu(target: NamedTarget) -> tuple[Button, ...]:
    name = target.name
    return (
        Button(_("Change…"), "relay", f"target change {name}"),
        Button(_("Remove…"), "relay", f"target remove {name}"),
    )


def removal(target: NamedTarget, presets: Sequence[Leading], reader: str) -> Outcome:
    """Ask *reader* before *target* is removed; say which *presets* lead to it."""
    question = _("Remove @{name}, {shown}?").format(
        name=target.name, shown=target.shown
    )
    button = Button(
        _("Remove @{name}").format(name=target.name),
        "relay",
        f"target remove {target.name} --yes",
        danger=True,
        replaces=True,
    )
    own = [one.name for one in presets if one.owner in {"", reader}]
    others = len(presets) - len(own)
    parts = [line(_("Its address is forgotten. Relays to it are not touched."))]
    if own:
        sentence = _("These presets lead to it, and would not fit: {names}.")
        parts.append(line(sentence.format(names=", ".join(sorted(own)))))
    if others:
        sentence = n_(
            "{n} preset of somebody else leads to it.",
            "{n} presets of other people lead to it.",
            others,
        )
        parts.append(line(sentence.format(n=others)))
    return Outcome(headline=(Bold(question),), buttons=(button,), parts=tuple(parts))
