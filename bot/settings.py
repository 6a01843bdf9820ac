"""The settings, from the environment, `.env` and `bot.toml`; nothing else reads those.

A secret is the value of `NAME`, or the content of the file that `NAME_FILE` names,
which only its owner may be able to read. A mistake is reported by the name of the
setting, never by its value.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from bot.config import kinds
from bot.config.alerts import NO_ALERTS, Alerts, AppAlerts
from bot.config.faults import Loc, called, doubles, or_rather, sentence
from bot.config.ports import Ports
from bot.config.pushes import Live, LiveKeys, too_often
from bot.config.rules import Limits, Project, Rule, Seconded, Workspace, groups_in
from bot.config.sources import DOTENV, Sources, gather, without
from bot.errors import SettingsError
from bot.exit_table import NO_EXITS, Exits, ListedHost, PushHost, effective
from bot.i18n import Channel, Language
from bot.pace import Pace
from bot.products import (
    ACCOUNTS,
    ENDPOINTS,
    REGIONS,
    TRIAL_ENDPOINTS,
    Beside,
    Product,
    Region,
    is_endpoint,
    is_real,
    regions_of,
)
from bot.spelling import nearest

__all__ = ("Limits", "Project", "Rule", "Workspace")  # which are imported from here

SLACK_API = "https://slack.com/api/"
USERSIG_SECONDS = 3600  # to enter a room once, and again if the connection is lost

_Minted = Annotated[int, Field(ge=300, le=86_400)]  # for how many seconds
_SdkAppId = Annotated[int, Field(gt=0, lt=2**32)]
_INTL = "https://{}.intl.tencentcloudapi.com"


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class App(_Table):
    """A TRTC application, in which relays are started."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")
    sdk_app_id: _SdkAppId
    region: Region = "ap-singapore"
    production: bool = False
    tencent_push_hosts: tuple[PushHost, ...] = ()  # of Tencent's CDN, beside its own
    usersig_key: kinds.Secret
    callback_key: kinds.Secret | None = None
    usersig_seconds: _Minted = USERSIG_SECONDS
    alerts: AppAlerts | None = None


class Second(Seconded):
    """What needs a second person: if given, where it leads *exits_outside* this."""

    exits_outside: Exits | None = None


class Policy(_Table):
    """Who may use the bot; without rules, nobody may change anything."""

    # T… or E…, besides the one that it is installed in
    teams: tuple[kinds.TeamId, ...] = ()
    outsiders: bool = False  # people of other workspaces, in shared channels
    guests: bool = False
    reads_for_all: bool = True  # members may look up without a rule
    visibility: Literal["workspace", "channel"] = "workspace"  # where things are told
    rules: tuple[Rule, ...] = ()
    second: tuple[Second, ...] = ()  # what needs a second person
    push_hosts: tuple[ListedHost, ...] | None = None  # the row `push` of the exits
    limits: Limits = Limits()
    nag_after_hours: int = Field(0, ge=0, le=720)  # without a timer; 0: never

    @property
    def tables(self) -> tuple[Rule | Second, ...]:
        """All that names actions: the rules, and what needs a second person."""
        return (*self.rules, *self.second)

    def groups_in(self, teams: Iterable[str]) -> dict[tuple[str, str], str]:
        """Return which groups of which *teams* rules name: `bot.config.rules`."""
        return groups_in(self.rules, teams)


class Terms(_Table):
    """What a relay is asked for under: the apps, the site's regions, and the policy."""

    apps: tuple[App, ...]
    regions: tuple[str, ...] = REGIONS
    policy: Policy = Policy()
    exits: Exits = NO_EXITS


class Credentials(_Table):
    """The endpoint of a product and its API key."""

    endpoint: str
    secret_id: SecretStr | None
    secret_key: SecretStr | None
    token: SecretStr | None

    @property
    def complete(self) -> bool:
        """Whether both halves of the key are set."""
        return bool(self.secret_id and self.secret_key)


def _env(name: str) -> Any:
    return Field(None, validation_alias=name)


def _usual(usual: Any, name: str) -> Any:
    """Return a field: what the variable *name* says, or *usual*; both are checked."""
    return Field(usual, validation_alias=name, validate_default=True)


class Settings(Ports, LiveKeys, _Table):
    """Everything that can be set; `bot.example.toml` and `.env.example` explain it."""

    trial_ca: Path | None = _env("BOT_TRIAL_CA")  # first: addresses depend on it

    slack_bot_token: kinds.BotToken | None = _env("SLACK_BOT_TOKEN")
    slack_signing_secret: SecretStr | None = _env("SLACK_SIGNING_SECRET")
    slack_app_token: kinds.AppToken | None = _env("SLACK_APP_TOKEN")
    slack_api_url: str = Field(
        SLACK_API, validation_alias="SLACK_API_URL", validate_default=True
    )

    secret_id: SecretStr | None = _env("TENCENTCLOUD_SECRET_ID")
    secret_key: SecretStr | None = _env("TENCENTCLOUD_SECRET_KEY")
    token: SecretStr | None = _env("TENCENTCLOUD_TOKEN")
    trtc_secret_id: SecretStr | None = _env("BOT_TRTC_SECRET_ID")
    trtc_secret_key: SecretStr | None = _env("BOT_TRTC_SECRET_KEY")
    trtc_token: SecretStr | None = _env("BOT_TRTC_TOKEN")
    car_secret_id: SecretStr | None = _env("BOT_CAR_SECRET_ID")
    car_secret_key: SecretStr | None = _env("BOT_CAR_SECRET_KEY")
    car_token: SecretStr | None = _env("BOT_CAR_TOKEN")
    gs_secret_id: SecretStr | None = _env("BOT_GS_SECRET_ID")
    gs_secret_key: SecretStr | None = _env("BOT_GS_SECRET_KEY")
    gs_token: SecretStr | None = _env("BOT_GS_TOKEN")
    trtc_endpoint: str = _usual(_INTL.format("trtc"), "BOT_TRTC_ENDPOINT")
    car_endpoint: str = _usual(_INTL.format("car"), "BOT_CAR_ENDPOINT")
    gs_endpoint: str = _usual("https://gs.tencentcloudapi.com", "BOT_GS_ENDPOINT")
    live_endpoint: str = Field("", validation_alias="BOT_LIVE_ENDPOINT")  # "": off
    trtc_sdk_app_id: _SdkAppId | None = _env("BOT_TRTC_SDK_APP_ID")
    trtc_usersig_key: SecretStr | None = _env("BOT_TRTC_USERSIG_KEY")
    trtc_region: Region = Field("ap-singapore", validation_alias="BOT_TRTC_REGION")
    trtc_callback_key: SecretStr | None = _env("BOT_TRTC_CALLBACK_KEY")
    trtc_usersig_seconds: _Minted = _usual(USERSIG_SECONDS, "BOT_TRTC_USERSIG_SECONDS")

    seal_key: kinds.OwnKey | None = _env("BOT_SEAL_KEY")
    seal_key_old: SecretStr | None = _env("BOT_SEAL_KEY_OLD")
    audit_key: kinds.OwnKey | None = _env("BOT_AUDIT_KEY")
    database_url: kinds.DatabaseUrl = Field(  # after the keys: it may need them
        SecretStr("sqlite:///var/patchbay.db"), validation_alias="BOT_DATABASE_URL"
    )
    audit_anchors: Path | None = _env("BOT_AUDIT_ANCHORS")
    allow_all: bool = Field(default=False, validation_alias="BOT_ALLOW_ALL")

    command_prefix: str = Field("", pattern=r"^[a-z0-9-]{0,20}$")
    language: Language = ""
    channels: tuple[Channel, ...] = ()
    ops_channel: kinds.OneChannelOrNone = ""
    alerts: Alerts = NO_ALERTS
    workspaces: tuple[Workspace, ...] = ()  # of an org-wide install
    tables: Literal["auto", "off"] = "off"
    apps: tuple[App, ...] = ()
    projects: tuple[Project, ...] = ()  # of CAR
    policy: Policy = Policy()
    exits: Exits | None = None
    pace: Pace = Pace()
    live: Live = Live()
    trusted_proxies: tuple[IPvAnyNetwork, ...] = ()

    @field_validator("database_url")
    @classmethod
    def _keys_are_there(cls, url: SecretStr, info: ValidationInfo) -> SecretStr:
        """Refuse a server without keys that are the same for all bots on it."""
        keys = ("seal_key", "audit_key")  # one that is wrong is not there, and told
        lacks = [f"BOT_{key.upper()}" for key in keys if info.data.get(key, 0) is None]
        if lacks and kinds.is_server(url.get_secret_value()):
            sentence = f"a database of several bots needs {' and '.join(lacks)}"
            raise PydanticCustomError("database_url", sentence)
        return url

    @field_validator("trial_ca")
    @classmethod
    def _trial_ca_can_be_trusted(cls, path: Path | None) -> Path | None:
        try:
            kinds.trusted(path)
        except PermissionError as error:
            raise ValueError(f"the file that it names {error}") from None
        return path

    @field_validator(*(f"{product}_endpoint" for product in ACCOUNTS), "slack_api_url")
    @classmethod
    def _address_is_safe(cls, url: str, info: ValidationInfo) -> str:
        """Refuse whoever is not Slack, Tencent or this machine: they get the keys."""
        if "trial_ca" not in info.data:  # which is wrong itself, and told
            return url
        trial = info.data["trial_ca"] is not None
        if info.field_name == "slack_api_url":
            safe = kinds.is_slack_api(url, trial=trial)
            where = kinds.TRIAL_SLACK_APIS if trial else kinds.SLACK_APIS
        else:
            safe = is_endpoint(url, trial=trial)
            where = TRIAL_ENDPOINTS if trial else ENDPOINTS
        if not safe:
            raise ValueError(f"it is {where}")
        return url

    @cached_property
    def terms(self) -> Terms:
        """What relays are asked for under."""
        return Terms(
            apps=self.all_apps,
            regions=regions_of(self.trtc_endpoint),
            policy=self.policy,
            exits=self.allowed_exits,
        )

    @cached_property
    def allowed_exits(self) -> Exits:
        """Where requests may let anything go, or come from."""
        return effective(self.exits, self.policy.push_hosts, allow_all=self.allow_all)

    @cached_property
    def all_apps(self) -> tuple[App, ...]:
        """The apps of `bot.toml`, and the one that the environment describes."""
        if not (self.trtc_sdk_app_id and self.trtc_usersig_key):
            return self.apps
        single = App(
            name="default",
            sdk_app_id=self.trtc_sdk_app_id,
            region=self.trtc_region,
            usersig_key=self.trtc_usersig_key,
            callback_key=self.trtc_callback_key,
            usersig_seconds=self.trtc_usersig_seconds,
        )
        return (single, *self.apps)

    @property
    def seal_keys(self) -> SecretStr | None:
        """The keys of the journal's secrets, a line for each; the first one seals."""
        return kinds.joined(self.seal_key, self.seal_key_old)

    @property
    def has_slack(self) -> bool:
        """Whether there are credentials for Slack, by socket or by HTTP."""
        way_in = self.slack_app_token or self.slack_signing_secret
        return bool(self.slack_bot_token and way_in)

    def account(self, product: Product | Beside) -> Credentials:
        """Return the endpoint of *product* and its own key, or the common one."""
        prefix = f"{product}_" if getattr(self, f"{product}_secret_id") else ""
        return Credentials(
            endpoint=getattr(self, f"{product}_endpoint"),
            secret_id=getattr(self, f"{prefix}secret_id"),
            secret_key=getattr(self, f"{prefix}secret_key"),
            token=getattr(self, f"{prefix}token"),
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """The settings as far as they can be read, and a sentence for all that cannot.

    *there* are the files that were read, in the working directory or by `BOT_CONFIG`;
    *apps* the names of all apps, also of those that cannot be read.
    """

    settings: Settings
    faults: tuple[str, ...] = ()
    there: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()


def load() -> Settings:
    """Read the settings.

    Raises:
        SettingsError: what is wrong, a line for each, by names and never by values.
    """
    reading = read()
    if reading.faults:
        raise SettingsError("\n".join(reading.faults))
    return reading.settings


def read() -> Reading:
    """Read the settings, leaving out what is wrong with them."""
    sources = gather(os.environ, Settings, nearest)
    settings, wrong = _validated(sources)
    faults = (*sources.faults, *wrong, *_contradictions(settings, sources))
    apps = _app_names(settings, sources)
    return Reading(settings, tuple(dict.fromkeys(faults)), sources.there, apps)


def _validated(sources: Sources) -> tuple[Settings, list[str]]:
    """Return the settings without what is refused, and what that is."""
    faults: list[str] = []
    broken: set[Loc] = set()
    for time in range(2):
        try:
            Settings.model_validate(without(sources.values, broken))
        except ValidationError as error:
            errors = error.errors(include_input=False, include_url=False)
            if not time:  # later, what is wrong stood on what was left out
                new = [one for one in errors if one["loc"] not in sources.unread]
                faults = [_told(dict(one), sources) for one in new]
            broken |= {one["loc"] for one in errors}
        else:
            sound = without(sources.values, broken | sources.broken)
            return Settings.model_validate(sound), faults
    return Settings(), faults


def _told(error: dict[str, Any], sources: Sources) -> str:
    name, *rest = error["loc"]
    of = Settings.model_fields.get(name)  # that is how a default is called
    name = of.validation_alias if of and of.validation_alias else name
    where = f"{DOTENV}: " if name in sources.in_dotenv else ""
    return where + sentence(error | {"loc": (name, *rest)}, sources.table, sources.file)


def _contradictions(settings: Settings, sources: Sources) -> Iterator[str]:
    """Yield what no setting shows alone."""
    yield from doubles(settings)
    if settings.trtc_sdk_app_id and not sources.has("BOT_TRTC_USERSIG_KEY"):
        yield "BOT_TRTC_SDK_APP_ID needs BOT_TRTC_USERSIG_KEY"
    yield from settings.alerts.faults(settings.allowed_exits.pager, sources.file)
    if settings.seal_key_old and not sources.has("BOT_SEAL_KEY"):
        yield "BOT_SEAL_KEY_OLD needs BOT_SEAL_KEY, which seals"
    all_names = _app_names(settings, sources)
    for rule in settings.policy.tables:
        for app in rule.apps:
            if app not in all_names:
                near = [f'"{one}"' for one in nearest(app, all_names)]
                has = f"; there are {', '.join(all_names) or 'none'}"
                place = called(sources.file, rule.kind, rule.name)
                yield f"{place}: apps: there is no such app{or_rather(near) or has}"
    yield from too_often(settings.live, real=is_real(settings.live_endpoint))
    yield from _astray(settings, sources.file)


def _app_names(settings: Settings, sources: Sources) -> tuple[str, ...]:
    """Return the names of all apps, also of those that are wrong, which is told."""
    single = ["default"] if settings.trtc_sdk_app_id else []
    return tuple(dict.fromkeys([*single, *sources.names_of("apps")]))


def _astray(settings: Settings, file: str) -> Iterator[str]:
    """Yield the apps in a region that the site of the endpoint does not have."""
    endpoint = settings.trtc_endpoint
    regions = regions_of(endpoint)
    for app in settings.all_apps:
        if app.region not in regions:
            named = f"{called(file, 'app', app.name)}: region"
            place = named if app in settings.apps else "BOT_TRTC_REGION"
            has = f"it has {', '.join(regions)}"
            yield f"{place}: {endpoint} has no region {app.region}; {has}"


def secrets_of(settings: Settings) -> Mapping[str, SecretStr]:
    """Return every secret by its setting, for the redactor of the logs."""
    own = {**dict(settings), "alerts.pager_url": settings.alerts.pager_url}
    del own["database_url"]
    secrets = {name: one for name, one in own.items() if isinstance(one, SecretStr)}
    for app in settings.all_apps:
        secrets[f"apps.{app.name}.usersig_key"] = app.usersig_key
        if app.callback_key:
            secrets[f"apps.{app.name}.callback_key"] = app.callback_key
    return secrets
