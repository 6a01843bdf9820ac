"""The settings, from the environment and `bot.toml`; no other module reads either.

A secret is the value of `NAME`, or the content of the file that `NAME_FILE` names,
which only its owner may be able to read. A mistake is reported by the name of the
setting, never by its value.
"""

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bot import config
from bot.errors import SettingsError
from bot.exit_table import NO_EXITS, Exits, ListedHost, PushHost, effective
from bot.i18n import Channel, Language
from bot.pace import Pace
from bot.products import (
    ENDPOINTS,
    PRODUCTS,
    REGIONS,
    TRIAL_ENDPOINTS,
    Product,
    Region,
    is_endpoint,
    regions_of,
)
from bot.spelling import nearest

CONFIG = "BOT_CONFIG"
DEFAULT_CONFIG = "bot.toml"
SLACK_API = "https://slack.com/api/"
USERSIG_SECONDS = 3600  # to enter a room once, and again if the connection is lost


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class App(_Table):
    """A TRTC application, in which relays are started."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")
    sdk_app_id: int = Field(gt=0, lt=2**32)
    region: Region = "ap-singapore"
    production: bool = False
    tencent_push_hosts: tuple[PushHost, ...] = ()  # of Tencent's CDN, beside its own
    usersig_key: SecretStr
    callback_key: SecretStr | None = None
    usersig_seconds: int = Field(USERSIG_SECONDS, ge=300, le=86_400)

    @model_validator(mode="before")
    @classmethod
    def _keys_from_files(cls, table: Any) -> Any:
        if not isinstance(table, dict):
            return table
        values = dict(table)
        for key in ("usersig_key", "callback_key"):
            if path := values.pop(f"{key}_file", None):
                values[key] = config.secret_in(Path(path), f"apps.{key}_file")
        return values


class Rule(_Table):
    """Who may do what. Every list that is not empty must match; IDs, never names."""

    name: str = Field(min_length=1)
    actions: tuple[config.Action, ...]  # "relay.start", "car.*", "*"
    users: tuple[config.UserId, ...] = ()
    groups: tuple[config.GroupId, ...] = ()  # user groups, S…
    channels: tuple[config.ChannelId, ...] = ()
    apps: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if not self.actions or not (self.users or self.groups):
            raise ValueError("a rule names actions, and names users or groups")
        return self


class Limits(_Table):
    """What one ask may cost at most: pixels, kbit/s, seconds and counts."""

    bitrate_kbps: int = Field(10_000, ge=1)
    height: int = Field(1920, ge=1)
    width: int = Field(1920, ge=1)
    idle_seconds: int = Field(300, ge=5, le=86_400)
    live_relays: int = Field(50, ge=1)
    starts_per_person_a_day: int = Field(100, ge=1)


class Policy(_Table):
    """Who may use the bot; without rules, nobody may change anything."""

    # T… or E…, besides the one that it is installed in
    teams: tuple[config.TeamId, ...] = ()
    outsiders: bool = False  # people of other workspaces, in shared channels
    guests: bool = False
    reads_for_all: bool = True  # members may look up without a rule
    visibility: Literal["workspace", "channel"] = "workspace"  # where things are told
    rules: tuple[Rule, ...] = ()
    push_hosts: tuple[ListedHost, ...] | None = None  # the row `push` of the exits
    limits: Limits = Limits()


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


class Settings(BaseSettings):
    """Everything that can be set; `bot.example.toml` and `.env.example` explain it."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, env_ignore_empty=True
    )

    slack_bot_token: config.BotToken | None = _env("SLACK_BOT_TOKEN")
    slack_signing_secret: SecretStr | None = _env("SLACK_SIGNING_SECRET")
    slack_app_token: config.AppToken | None = _env("SLACK_APP_TOKEN")
    slack_api_url: str = Field(SLACK_API, validation_alias="SLACK_API_URL")

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
    trtc_endpoint: str = Field(
        "https://trtc.intl.tencentcloudapi.com", validation_alias="BOT_TRTC_ENDPOINT"
    )
    car_endpoint: str = Field(
        "https://car.intl.tencentcloudapi.com", validation_alias="BOT_CAR_ENDPOINT"
    )
    gs_endpoint: str = Field(
        "https://gs.tencentcloudapi.com", validation_alias="BOT_GS_ENDPOINT"
    )

    trtc_sdk_app_id: int | None = _env("BOT_TRTC_SDK_APP_ID")
    trtc_usersig_key: SecretStr | None = _env("BOT_TRTC_USERSIG_KEY")
    trtc_region: Region = Field("ap-singapore", validation_alias="BOT_TRTC_REGION")
    trtc_callback_key: SecretStr | None = _env("BOT_TRTC_CALLBACK_KEY")
    trtc_usersig_seconds: int = Field(
        USERSIG_SECONDS, validation_alias="BOT_TRTC_USERSIG_SECONDS"
    )

    database_url: SecretStr = Field(
        SecretStr("sqlite:///var/patchbay.db"), validation_alias="BOT_DATABASE_URL"
    )
    seal_key: SecretStr | None = _env("BOT_SEAL_KEY")
    audit_key: SecretStr | None = _env("BOT_AUDIT_KEY")
    audit_anchors: Path | None = _env("BOT_AUDIT_ANCHORS")
    host: str = Field("127.0.0.1", validation_alias="BOT_HOST")
    port: int = Field(3000, ge=0, le=65_535, validation_alias="BOT_PORT")
    allow_all: bool = Field(default=False, validation_alias="BOT_ALLOW_ALL")
    trial_ca: Path | None = _env("BOT_TRIAL_CA")

    command_prefix: str = Field("", pattern=r"^[a-z0-9-]{0,20}$")
    ops_channel: config.OneChannelOrNone = ""
    language: Language = ""
    channels: tuple[Channel, ...] = ()
    tables: Literal["auto", "off"] = "off"
    apps: tuple[App, ...] = ()
    policy: Policy = Policy()
    exits: Exits | None = None
    pace: Pace = Pace()
    trusted_proxies: tuple[IPvAnyNetwork, ...] = ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - nobody sets by hand
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - see below
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the shell's job
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - see below
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then files named by it, then `bot.toml`."""
        toml = Path(os.environ.get(CONFIG) or DEFAULT_CONFIG)
        if CONFIG in os.environ and not toml.is_file():
            raise SettingsError(f"{CONFIG} names a file that is not there")
        file = TomlConfigSettingsSource(settings_cls, toml_file=toml)
        config.check_table(file.toml_data, settings_cls, toml, nearest)
        return (_Environment(settings_cls), _NamedFiles(settings_cls), file)

    @field_validator("database_url")
    @classmethod
    def _database_is_sqlite(cls, url: SecretStr) -> SecretStr:
        scheme = url.get_secret_value().partition(":")[0]
        if scheme.partition("+")[0] != "sqlite":
            raise PydanticCustomError(
                "database_url",
                "only SQLite is supported; "
                "PostgreSQL is not yet safe with several replicas",
            )
        return url

    @model_validator(mode="after")
    def _addresses_are_safe(self) -> Self:
        trial = config.trusted(self.trial_ca) is not None
        for product in PRODUCTS:
            if not is_endpoint(getattr(self, f"{product}_endpoint"), trial=trial):
                where = TRIAL_ENDPOINTS if trial else ENDPOINTS
                raise ValueError(f"BOT_{product.upper()}_ENDPOINT is {where}")
        if not config.is_slack_api(self.slack_api_url, trial=trial):
            apis = config.TRIAL_SLACK_APIS if trial else config.SLACK_APIS
            raise ValueError(f"SLACK_API_URL is {apis}")
        return self

    @model_validator(mode="after")
    def _apps_are_distinct(self) -> Self:
        names = [app.name for app in self.all_apps]
        if len(set(names)) < len(names):
            raise ValueError("two apps have the same name")
        if self.trtc_sdk_app_id and not self.trtc_usersig_key:
            raise ValueError("BOT_TRTC_SDK_APP_ID needs BOT_TRTC_USERSIG_KEY")
        for number, rule in enumerate(self.policy.rules):
            if not set(rule.apps) <= set(names):
                sentence = (
                    "policy.rules.{n}.apps: there is no such app; there are {has}"
                )
                facts = {"n": number, "has": ", ".join(names) or "none"}
                raise PydanticCustomError("app", sentence, facts)
        return self

    @model_validator(mode="after")
    def _regions_are_the_sites(self) -> Self:
        regions = regions_of(self.trtc_endpoint)
        for app in self.all_apps:
            if app.region not in regions:
                sentence = "app {app}: {endpoint} has no region {region}; it has {has}"
                facts = {"app": app.name, "endpoint": self.trtc_endpoint}
                facts |= {"region": app.region, "has": ", ".join(regions)}
                raise PydanticCustomError("region", sentence, facts)
        return self

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
    def has_slack(self) -> bool:
        """Whether there are credentials for Slack, by socket or by HTTP."""
        way_in = self.slack_app_token or self.slack_signing_secret
        return bool(self.slack_bot_token and way_in)

    def account(self, product: Product) -> Credentials:
        """Return the endpoint of *product* and its own key, or the common one."""
        prefix = f"{product}_" if getattr(self, f"{product}_secret_id") else ""
        return Credentials(
            endpoint=getattr(self, f"{product}_endpoint"),
            secret_id=getattr(self, f"{prefix}secret_id"),
            secret_key=getattr(self, f"{prefix}secret_key"),
            token=getattr(self, f"{prefix}token"),
        )


def load() -> Settings:
    """Read the settings.

    Raises:
        SettingsError: what is wrong, by the names of the settings alone.
    """
    try:
        return Settings()
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        lines = [f"{_name_of(f['loc'])}: {f['msg']}" for f in faults]
        raise SettingsError("\n".join(lines)) from None
    except (LookupError, PermissionError) as error:  # of `config`
        raise SettingsError(str(error)) from None
    except ValueError as error:  # bot.toml is not TOML, or a file is not text
        raise SettingsError(f"{DEFAULT_CONFIG} cannot be read: {error}") from None


class _Environment(EnvSettingsSource):
    """The variables that settings name; all other settings are in `bot.toml` alone."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        if field.validation_alias is None:
            return None, field_name, False
        return super().get_field_value(field, field_name)

    def __call__(self) -> dict[str, Any]:
        fields = self.settings_cls.model_fields.values()
        names = [str(one.validation_alias) for one in fields if one.validation_alias]
        config.check_variables(os.environ, names, CONFIG, nearest=nearest)
        return super().__call__()


class _NamedFiles(PydanticBaseSettingsSource):
    """`NAME_FILE` in the environment names the file that holds `NAME`."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        name = field.validation_alias
        if name and (path := os.environ.get(f"{name}_FILE")):
            return config.secret_in(Path(path), f"{name}_FILE"), name, False
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        values = (
            self.get_field_value(field, name)
            for name, field in self.settings_cls.model_fields.items()
        )
        return {name: value for value, name, _complex in values if value is not None}


def _name_of(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc) or "settings"


def secrets_of(settings: Settings) -> Mapping[str, SecretStr]:
    """Return every secret by its setting, for the redactor of the logs."""
    secrets = {
        name: value
        for name, value in settings
        if isinstance(value, SecretStr) and name != "database_url"
    }
    for app in settings.all_apps:
        secrets[f"apps.{app.name}.usersig_key"] = app.usersig_key
        if app.callback_key:
            secrets[f"apps.{app.name}.callback_key"] = app.callback_key
    return secrets
