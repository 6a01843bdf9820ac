"""`/car start`: by form or at once, for a user who may have a session already."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.cards import lists
from bot.dialogue.ask import Ask
from bot.dialogue.form import ChoiceField, Field, Form, Option, TextField
from bot.dialogue.outcome import Button, Outcome, line
from bot.errors import (
    ELSEWHERE,
    AlreadyRuns,
    InvalidRequest,
    NotAllowed,
)
from bot.i18n import _
from bot.ids import FormId
from bot.operations.forms import shown_after
from bot.operations.orders import Order, handles_in
from bot.operations.service import Service
from bot.resources.faults import Gathered, every_fault, with_faults
from bot.resources.render.resource import KEYS as KEYS_BY_FIELD
from bot.settings import Project
from bot.tencent.models.car import ApplyConcurrent, CreateSession
from commands.car.command import START, command

PROJECT = "project"
KEYS = (*KEYS_BY_FIELD.values(), PROJECT)
AGAIN, DRAFT = "again", "draft"  # what a confirmation carries
ALONE, WATCHED = "alone", "watched"  # what happens when nobody is connected
# What stands in for a field at fault, so that the others are looked at, too.
SOUND = {"user": "user", "ip": "8.8.8.8", "client": "session", "host": "host"}
MODES = {ALONE: "RunWithoutClient", WATCHED: ""}
ROLES = ("Player", "Viewer")
WORDS = {"mode": tuple(MODES), "role": ROLES}  # of what is chosen in the form


@command.subcommand(
    "start",
    permit=START,
    usage="[user=…] [ip=…] [project=…] [key=value…] [--go] [--dry-run]",
    keys=(*KEYS, AGAIN, DRAFT),
    flags=("go",),
    most=0,
    does=CreateSession,
    examples=("start", "start user=cg_user ip=125.127.178.228 --go"),
)
async def start(ask: Ask, service: Service) -> Outcome | Form | None:
    """Open a render session for a user.

    Opens the form, filled in with what was typed; with --go, a user and an address
    it asks nothing more. Without a client session it runs without a client. A user
    who has a session by somebody else is asked about; again=S1 takes over S1. Where the
    project says so, concurrency is reserved first; if that fails, nothing is opened.
    """
    if kept := ask.value(DRAFT):
        return await _start_or_ask(ask, service, await service.kept(ask, kept))
    plan = {key: ask.value(key) for key in KEYS if ask.value(key)}
    faults = _typed_faults(plan, service)
    if project := _project(plan, service):  # the form has it by its name
        plan[PROJECT] = project.name
    at_once = ask.has("go") and plan.get("user") and plan.get("ip")
    if ask.has("dry-run") or at_once:
        return await _start_or_ask(ask, service, plan)
    plan.setdefault("user", f"oncall-{ask.who.user.lower()}-{service.now():%H%M}")
    values = {**plan, AGAIN: ask.value(AGAIN)}
    form = _form(plan, await service.open_form(ask, values), service.projects)
    return replace(form, fields=with_faults(form.fields, (), faults))


@command.form("start", permit=START)
async def submit_start(ask: Ask, service: Service) -> Outcome | Form | None:
    """Open what the form says; faults go back to their fields."""
    placed, kept = await service.returned(ask)
    form = placed.submission
    texts = {key: form.text(key) for key in KEYS} if form else {}
    plan = {key: text for key, text in texts.items() if text}
    again = handles_in(kept.get(AGAIN, ""))
    try:
        return shown_after(placed, await _start(placed, service, plan, again=again))
    except AlreadyRuns as taken:
        handles = ",".join(sorted({*again, *taken.handles}))
        named = _named(taken.handles)
        rest = _("Send this in once more to take it over; they are told.")
        text = f"{_taken_from().format(handles=named)} {rest}"
        # another form: of this one Slack may bring a second, by who has not read that
        form_id = await service.open_form(placed, {**kept, AGAIN: handles})
        return _form(plan, form_id, service.projects, text)


async def _start_or_ask(
    ask: Ask, service: Service, plan: dict[str, str]
) -> Outcome | None:
    """Open what *plan* says, or ask about the session that somebody else opened."""
    again = handles_in(ask.value(AGAIN))
    try:
        return await _start(ask, service, plan, again=again)
    except AlreadyRuns as taken:
        handles = ",".join(sorted({*again, *taken.handles}))
        draft = await service.open_form(ask, plan)
        text = f"start {DRAFT}={draft} {AGAIN}={handles}"
        label = _("Take it over")
        anyway = Button(label, "car", text, once=draft, danger=True, replaces=True)
        own = [handle for handle in taken.handles if handle != ELSEWHERE]
        alike = [await service.thing(ask.who, handle) for handle in own]
        why = _taken_from().format(handles=_named(taken.handles))
        return lists.again(filter(None, alike), service.resources, anyway, why)


async def _start(
    ask: Ask, service: Service, plan: dict[str, str], *, again: frozenset[str]
) -> Outcome | None:
    request, before = _request(plan), _reservation(plan, service)
    order = Order(
        id=service.new_id(),
        request=request,
        before=before,
        ref=request.user_id,
        again=again,
    )
    try:
        return await service.submit(ask, order)
    except NotAllowed as refused:
        refused.faults = _typed(refused.faults)
        raise


def _named(handles: Iterable[str]) -> str:
    elsewhere = _("in another workspace")
    return ", ".join(elsewhere if one == ELSEWHERE else one for one in handles)


def _taken_from() -> str:
    return _(
        "Somebody else opened a session for this user ({handles}). Opening it again"
        " reconnects the user, and takes it from them."
    )


def _typed_faults(plan: Mapping[str, str], service: Service) -> dict[str, str]:
    """Return what is wrong with what was typed; its form shows it at its fields.

    Raises:
        InvalidRequest: something is wrong that no field of the form could show.
    """
    gathered = Gathered()
    with gathered.here():
        _project(plan, service)
    _sent, others = every_fault(_read, plan, _mended)
    faults = {**gathered.faults, **others}
    typed = {key: faults[key] for key in KEYS if key in faults and plan.get(key)}
    if typed.keys() & {*WORDS, PROJECT}:
        raise InvalidRequest(typed)
    return typed


def _check_words(plan: Mapping[str, str]) -> None:
    """Let nothing be typed that the form has no choice for: it would be lost in it.

    Raises:
        InvalidRequest: something is, under the names of the plan.
    """
    sentence = _("“{given}” is not one of {words}.")
    faults = {
        key: sentence.format(given=plan[key], words=", ".join(sorted(words)))
        for key, words in WORDS.items()
        if key in plan and plan[key] not in words
    }
    if faults:
        raise InvalidRequest(faults)


def _request(plan: dict[str, str]) -> CreateSession:
    """Return the request that *plan* describes.

    Raises:
        InvalidRequest: every fault, under the names of the plan.
    """
    request, faults = every_fault(_read, plan, _mended)
    if request is None or faults:
        raise InvalidRequest({key: faults[key] for key in KEYS if key in faults})
    return request


def _reservation(plan: Mapping[str, str], service: Service) -> ApplyConcurrent | None:
    """Return what is sent first, if the project of *plan* says so, or the only one.

    Raises:
        InvalidRequest: there is no project of that name.
    """
    project = _project(plan, service)
    if project is None and len(service.projects) > 1:
        if any(one.apply for one in service.projects):
            names = ", ".join(one.name for one in service.projects)
            sentence = _("Say in which project: {names}.")
            raise InvalidRequest({PROJECT: sentence.format(names=names)})
        return None
    project = project or next(iter(service.projects), None)
    if not (project and project.apply):
        return None
    fields = {"UserId": plan["user"], "UserIp": plan["ip"], "ProjectId": project.id}
    return ApplyConcurrent.of(fields)


def _project(plan: Mapping[str, str], service: Service) -> Project | None:
    """Return the project that *plan* names, by its name or ID; None if it names none.

    Raises:
        InvalidRequest: there is no such project.
    """
    name = plan.get(PROJECT, "")
    named = [one for one in service.projects if name in {one.name, one.id}]
    if name and not named:
        names = ", ".join(one.name for one in service.projects)
        sentence = _("There is no project “{name}” in bot.toml; there is {names}.")
        if not names:
            sentence = _("There is no project in bot.toml: leave it out.")
        raise InvalidRequest({PROJECT: sentence.format(name=name, names=names)})
    return named[0] if name else None


def _mended(plan: Mapping[str, str], faults: Mapping[str, str]) -> dict[str, str]:
    kept = {key: text for key, text in plan.items() if key not in faults}
    return kept | {key: text for key, text in SOUND.items() if key in faults}


def _read(plan: Mapping[str, str]) -> CreateSession:
    _check_words(plan)
    mode = plan.get("mode") or (WATCHED if plan.get("client") else ALONE)
    fields = {
        "UserId": plan.get("user", ""),
        "UserIp": plan.get("ip", ""),
        "ClientSession": plan.get("client"),
        "RunMode": MODES[mode] or None,
        "ApplicationParameters": plan.get("params"),
        "HostUserId": plan.get("host"),
        "Role": plan.get("role"),
    }
    try:
        return CreateSession.of({k: v for k, v in fields.items() if v is not None})
    except InvalidRequest as error:
        raise InvalidRequest(_typed(error.faults)) from None


def _typed(faults: Mapping[str, str]) -> dict[str, str]:
    """Return *faults* of the request under the names of the plan."""
    typed: dict[str, str] = {}
    for path, sentence in faults.items():
        typed.setdefault(KEYS_BY_FIELD.get(path, "user"), sentence)
    return typed


def _form(
    plan: dict[str, str], form_id: FormId, projects: Sequence[Project], asked: str = ""
) -> Form:
    """Return the form, filled in with *plan*; or one that has *asked* before."""
    user, *others = _who(plan)
    return Form(
        command="car",
        subcommand="start",
        title=_("Open a session"),
        submit=_("Take it over") if asked else _("Open"),
        form_id=form_id,
        fields=(
            user,
            *((line(f"⚠️ {asked}"),) if asked else ()),
            *others,
            *_where(plan, projects),
            *_how(plan),
            *_several(plan),
        ),
    )


def _where(plan: Mapping[str, str], projects: Sequence[Project]) -> Iterable[Field]:
    """Yield the choice of a project, where there is one."""
    if len(projects) > 1:
        yield ChoiceField(
            name=PROJECT,
            label=_("Project"),
            options=tuple(Option(one.name, one.name) for one in projects),
            initial=plan.get(PROJECT, ""),
        )


def _who(plan: dict[str, str]) -> tuple[Field, ...]:
    return (
        TextField(
            name="user",
            label=_("User ID"),
            hint=_("The same ID reconnects to the same session."),
            initial=plan.get("user", ""),
            longest=128,
        ),
        TextField(
            name="ip",
            label=_("The user's public IP address"),
            hint=_("It decides where the session runs. Not yours: the player's."),
            initial=plan.get("ip", ""),
            longest=45,
        ),
    )


def _how(plan: dict[str, str]) -> tuple[Field, ...]:
    return (
        ChoiceField(
            name="mode",
            label=_("When nobody is connected"),
            options=(
                Option(_("Keep running"), ALONE),
                Option(_("Stop; needs a client session"), WATCHED),
            ),
            initial=plan.get("mode", ALONE),
            radio=True,
        ),
        TextField(
            name="client",
            label=_("Client session"),
            initial=plan.get("client", ""),
            multiline=True,
            optional=True,
        ),
        TextField(
            name="params",
            label=_("Application parameters"),
            hint=_("No effect in a single-application project with prelaunch."),
            initial=plan.get("params", ""),
            optional=True,
        ),
    )


def _several(plan: dict[str, str]) -> tuple[Field, ...]:
    """What only a session of several people needs."""
    labels = (_("Player"), _("Viewer"))
    roles = tuple(map(Option, labels, ROLES))
    return (
        ChoiceField(
            name="role",
            label=_("Role, for several people"),
            options=roles,
            initial=plan.get("role", ""),
            optional=True,
        ),
        TextField(
            name="host",
            label=_("Host's user ID, for several people"),
            hint=_("The host's own ID, if this user is the host."),
            initial=plan.get("host", ""),
            optional=True,
        ),
    )
