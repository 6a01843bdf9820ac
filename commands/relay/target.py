"""`/relay target`: push addresses under a name, each pasted once into a form."""

from collections.abc import Mapping
from dataclasses import replace

from pydantic import SecretStr

from bot.access.limits import host_of
from bot.access.permits import Permit
from bot.dialogue.ask import Ask, Submission
from bot.dialogue.form import Form
from bot.dialogue.outcome import Bold, Outcome, Tone, line
from bot.errors import InvalidRequest, NameTaken, NotFound, TooMany, UsageError
from bot.i18n import _, slash
from bot.journal.named_targets import NamedTarget
from bot.operations.service import Service
from bot.resources.push import PushAddress
from bot.resources.relay import cdn, named, naming, presets
from bot.resources.relay.form_preset import SINCE
from bot.resources.relay.plan import Plan
from bot.resources.relay.references import app_in, references_in
from bot.runtime.redact import HIDE
from bot.tencent.models.base import Level
from commands.relay.command import READ, command
from commands.relay.references import whole
from commands.relay.saved import check_since, id_by, is_same, wishes

TARGET = Permit("relay.target", Level.CHANGE, on_apps=True)
USAGE = "[list | add [name] | change <name> | remove <name> [--yes]]"
LIST, ADD, CHANGE, REMOVE = "list", "add", "change", "remove"
WORDS = {
    **dict.fromkeys(("list", "ls", "show"), LIST),
    **dict.fromkeys(("add", "new", "create", "save"), ADD),
    **dict.fromkeys(("change", "edit", "rotate", "update"), CHANGE),
    **dict.fromkeys(("remove", "rm", "delete"), REMOVE),
}


@command.subcommand(
    "target",
    permit=READ,
    usage=USAGE,
    keys=("url",),
    flags=("yes",),
    verbs={word: TARGET for word, verb in WORDS.items() if verb != LIST},
    examples=(
        "target list",
        "target add youtube-main",
        "target change youtube-main",
        "target remove youtube-main",
    ),
)
async def target(ask: Ask, service: Service) -> Outcome | Form:
    """Give push addresses a name, and list them.

    The address, with its stream key, is typed into the form alone, kept sealed and
    never shown again; a relay is sent to it as url=@youtube-main. change exchanges the
    key in one place; what runs already stays where it is. remove asks first, and says
    which presets lead there. It may be for some apps, people or user groups only.
    """
    words = [token.text for token in ask.words.ids]
    _refuse_address(ask, words)
    verb = WORDS.get(words[0].casefold(), "") if words else LIST
    if not verb or len(words) > (1 if verb == LIST else 2):
        sentence = _("Use list, add, change or remove, and a name.")
        raise UsageError(sentence, usage=slash(f"relay target {USAGE}"))
    name = naming.read(words[1]) if words[1:] else ""
    if verb == LIST:
        return await _list(ask, service)
    if verb == ADD:
        form_id = await service.open_form(ask, {})
        return named.form(service.terms, form_id, name=name)
    there = await _named(ask, service, name)
    if verb == CHANGE:
        since = there.changed_at.isoformat()
        form_id = await service.open_form(ask, {"name": there.name, SINCE: since})
        return named.form(service.terms, form_id, before=there)
    return await _remove(ask, service, there)


@command.form("target", permit=TARGET)
async def submit_target(ask: Ask, service: Service) -> Outcome:
    """Keep the target that the form describes; faults go back to their fields."""
    placed, kept = await service.returned(ask)
    form = placed.submission
    if form is None:
        raise UsageError(_("That was not a form."))
    if kept.get("name"):
        return await _changed(placed, service, form, kept)
    return await _added(placed, service, form)


async def _added(ask: Ask, service: Service, form: Submission) -> Outcome:
    name = naming.read(form.text("name"))
    faults = {"name": fault} if (fault := naming.fault(name)) else {}
    try:
        address = named.address(form.text("url"), service.terms)
        blank = service.saved.new_target(ask, name)
        target = _filled(replace(blank, id=id_by(form, name)), form, service)
    except InvalidRequest as refused:
        raise InvalidRequest({**faults, **refused.faults}) from None
    if faults:
        raise InvalidRequest(faults)
    target = replace(target, shown=address.shown, digest=address.digest)
    try:
        rights = wishes(service, TARGET, target.apps)
        await service.saved.add_target(ask, target, address.url, rights)
    except NameTaken:
        there = await service.saved.target(ask.who, name)
        if there and is_same(there, target):  # the same form came twice
            return _saved(target)
        raise InvalidRequest({"name": naming.taken(name)}) from None
    except TooMany as full:
        raise InvalidRequest({"name": naming.too_many(full.most)}) from None
    return _saved(target)


async def _changed(
    ask: Ask, service: Service, form: Submission, kept: Mapping[str, str]
) -> Outcome:
    name = kept["name"]
    before = await service.saved.target(ask.who, name)
    if before is None:
        raise InvalidRequest({"url": _gone(name)})
    target = _filled(before, form, service)
    url = None
    if form.text("url"):
        address = named.address(form.text("url"), service.terms)
        url = address.url
        target = replace(target, shown=address.shown, digest=address.digest)
    if target == before:  # as when the same form comes twice
        return _saved(target)
    check_since(kept, before, "cdn")
    was, becomes = (wishes(service, TARGET, one.apps) for one in (before, target))
    if not await service.saved.change_target(ask, target, url, (*was, *becomes)):
        raise InvalidRequest({"url": _gone(name)})
    return _saved(target)


def _filled(target: NamedTarget, form: Submission, service: Service) -> NamedTarget:
    """Return *target* as the *form* has it, but for its address.

    Raises:
        InvalidRequest: whose CDN it is on is not said, or for whom it is not clear.
    """
    if not form.text("cdn"):
        raise InvalidRequest({"cdn": _("Say whose CDN it is on.")})
    rules = service.terms.policy.rules
    groups = {group for rule in rules for group in rule.groups}
    users = named.users_in(form, groups)
    return replace(target, cdn=form.text("cdn"), apps=form.chosen("apps"), users=users)


def _saved(target: NamedTarget) -> Outcome:
    sentence = _("@{name} is saved: {shown}")
    use = _("Use it as url=@{name}, or pick it in the form.").format(name=target.name)
    headline = sentence.format(name=target.name, shown=target.shown)
    return Outcome(headline=(Bold(headline),), tone=Tone.GOOD, parts=(line(use),))


# ── out of a preset ──────────────────────────────────────────────────────────────


async def name_addresses(
    ask: Ask, service: Service, plan: Plan, names: dict[str, str]
) -> None:
    """Make named targets, called *names* by field, of the addresses in *plan*.

    Raises:
        InvalidRequest: a name is taken by another address, or used twice.
        NotAllowed: whoever asks may not.
    """
    for field, text in presets.unnamed(plan).items():
        name = names[field]
        if list(names.values()).count(name) > 1:
            raise InvalidRequest({field: naming.taken(name)})
        place = await _place_of(ask, service, plan, text)
        address = named.address(place.url.get_secret_value(), service.terms)
        there = await service.saved.target(ask.who, name)
        if there and there.digest == address.digest:
            continue  # of the same form, sent in before
        blank = service.saved.new_target(ask, name)
        target = named.at(blank, address, cdn=place.cdn)
        try:
            rights = wishes(service, TARGET, target.apps)
            await service.saved.add_target(ask, target, address.url, rights)
        except NameTaken:
            raise InvalidRequest({field: naming.taken(name)}) from None
        except TooMany as full:
            raise InvalidRequest({field: naming.too_many(full.most)}) from None


async def _place_of(ask: Ask, service: Service, plan: Plan, text: str) -> PushAddress:
    """Return where *text* of *plan* leads: an address, or a target of a relay."""
    name = app_in(plan, tuple(service.apps))
    if referred := references_in({"url": text}):
        return (await service.places(ask, referred, name))[referred[0]]
    app = next((one for one in service.apps if one.name == name), None)
    words = cdn.said(await whole(ask, service, plan))
    tencents = cdn.flag(host_of(text), words, app)
    return PushAddress(SecretStr(text), cdn.TENCENT if tencents else cdn.OTHER)


# ── what there is ────────────────────────────────────────────────────────────────


async def _list(ask: Ask, service: Service) -> Outcome:
    may = any(verdict.allowed for _wish, verdict in service.whoami(ask, [TARGET]))
    return named.listed(await service.saved.targets(ask.who), may_change=may)


async def _named(ask: Ask, service: Service, name: str) -> NamedTarget:
    """Return the target called *name*.

    Raises:
        UsageError: none was named.
        NotFound: there is none.
    """
    if not name:
        raise UsageError(
            _("Say which target: its name."), usage=slash(f"relay target {USAGE}")
        )
    target = await service.saved.target(ask.who, name)
    if target is None:
        raise NotFound(_gone(name))
    return target


def _gone(name: str) -> str:
    return _("There is no target @{name} here.").format(name=name)


async def _remove(ask: Ask, service: Service, target: NamedTarget) -> Outcome:
    if not ask.has("yes"):
        presets = await service.saved.leading_to(ask.who, target.name)
        return named.removal(target, presets, ask.who.user)
    rights = wishes(service, TARGET, target.apps)
    if not await service.saved.remove_target(ask, target.name, rights):
        raise NotFound(_gone(target.name))
    sentence = _("@{name} is removed.").format(name=target.name)
    return Outcome(headline=(Bold(sentence),), tone=Tone.OVER)


def _refuse_address(ask: Ask, words: list[str]) -> None:
    """Refuse an address among what was typed: a command is no place for a secret.

    Raises:
        UsageError: there is one; it should be regarded as known.
    """
    typed = [*words, *ask.values("url")]
    if any("://" in one or HIDE(one) != one for one in typed) or ask.value("url"):
        sentence = _(
            "An address with a stream key is typed into the form alone. What was typed"
            " here Slack keeps, and others may have seen: have a new key made, and type"
            " that into the form."
        )
        raise UsageError(sentence, usage=slash("relay target add <name>"))
