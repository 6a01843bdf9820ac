"""Exchanges secrets while the bot runs: on SIGHUP, all of them or none.

They are read again from `.env` and from the files that settings name. Slack is asked
first whether it takes a new token; what Tencent takes, only a call shows. Whatever is
wrong, everything stays as it was, and the log says why, by names and never by values.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from pydantic import SecretStr

from bot.operations.accounts import accounts_of
from bot.products import ACCOUNTS
from bot.runtime import logs
from bot.runtime.secret import Current
from bot.settings import App, Reading, Settings, secrets_of
from bot.slack.directory import SlackDirectory
from bot.slack.installation import Installation
from bot.slack.outbound.web import Sent, Web
from bot.tencent.client import Client

OF_TENCENT = ("secret_id", "secret_key", "token")
EXCHANGED = frozenset(
    {
        "slack_bot_token",
        "slack_signing_secret",
        "slack_app_token",
        "trtc_usersig_key",
        "trtc_callback_key",
        *OF_TENCENT,
        *(f"{product}_{name}" for product in ACCOUNTS for name in OF_TENCENT),
    }
)
OF_APPS = ("usersig_key", "callback_key")

log = structlog.get_logger(__name__)


class Lines(Protocol):
    """Slack's sockets: `bot.slack.inbound.sockets.Sockets`."""

    def use(self, token: SecretStr) -> None:
        """Open the next connections with *token*."""


class Kept(Exception):
    """Why everything stays as it was."""


@dataclass(kw_only=True)
class Exchange:
    """Exchanges the secrets of a bot that was built with *settings*.

    *read* reads the settings again; *apps* is looked at for each request and callback.
    """

    settings: Settings
    read: Callable[[], Reading]
    web: Web
    directory: SlackDirectory
    client: Client
    apps: dict[str, App]
    signing: Current | None
    sockets: Lines | None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _in_use: Settings = field(init=False)  # of which the secrets are

    def __post_init__(self) -> None:
        self._in_use = self.settings

    async def again(self) -> bool:
        """Read all again, and use what is new; tell whether that went well."""
        async with self._turn:
            try:
                changed = await self._exchanged()
            except Kept as why:
                log.error("secrets.kept", why=str(why))  # noqa: TRY400 - nothing broke
                return False
            log.info("secrets.exchanged", names=sorted(changed))
            return True

    async def _exchanged(self) -> set[str]:
        reading = self.read()
        if reading.faults:
            raise Kept("; ".join(reading.faults))
        fresh = reading.settings
        before, after = _values(self._in_use), _values(fresh)
        if gone := sorted(before.keys() - after.keys()):
            raise Kept(f"not set any more: {', '.join(gone)}")
        logs.hide(after.values())
        names = {name for name in before if before[name] != after[name]}
        self._check_accounts(fresh)
        await self._check_tokens(fresh, names)
        self._use(fresh)
        if others := _restart(self.settings, fresh):
            log.warning("settings.restart", names=others)
        self._in_use = fresh
        return names

    def _check_accounts(self, fresh: Settings) -> None:
        before, after = accounts_of(self._in_use), accounts_of(fresh)
        if gone := sorted(before.keys() - after.keys()):
            raise Kept(f"there would be no whole key for {', '.join(gone)}")

    async def _check_tokens(self, fresh: Settings, names: set[str]) -> None:
        """Ask Slack whether it takes those of the tokens that are new."""
        token, app_token = fresh.slack_bot_token, fresh.slack_app_token
        if token and "SLACK_BOT_TOKEN" in names:
            sent = await self.web.identity(token)
            _check("SLACK_BOT_TOKEN", sent)
            if self.directory.installed and not self._is_ours(sent.data or {}):
                raise Kept("SLACK_BOT_TOKEN: it is of another workspace")
        if app_token and "SLACK_APP_TOKEN" in names:
            _check("SLACK_APP_TOKEN", await self.web.open_socket(app_token))

    def _is_ours(self, identity: Mapping[str, Any]) -> bool:
        """Tell whether a token of *identity* is of the same install as that in use.

        One workspace of an organisation is neither another one nor all of them.
        """
        at = self.directory
        place = at.enterprise if at.org_wide else at.team
        return Installation.told(identity, {}).place == place

    def _use(self, fresh: Settings) -> None:
        if fresh.slack_bot_token:
            self.web.use(fresh.slack_bot_token)
            self.directory.use(fresh.slack_bot_token.get_secret_value())
        if fresh.slack_signing_secret and self.signing:
            self.signing.use(fresh.slack_signing_secret)
        if fresh.slack_app_token and self.sockets:
            self.sockets.use(fresh.slack_app_token)
        self.client.use(accounts_of(fresh))
        for app in fresh.all_apps:
            if app.name in self.apps:
                secrets = {name: getattr(app, name) for name in OF_APPS}
                self.apps[app.name] = self.apps[app.name].model_copy(update=secrets)


def _check(name: str, sent: Sent) -> None:
    if sent.transient:
        raise Kept(
            f"{name}: Slack could not be asked ({sent.error}); send SIGHUP again"
        )
    if not sent.ok:
        raise Kept(f"{name}: Slack says {sent.error}")


def _values(settings: Settings) -> dict[str, str]:
    """Return the secrets that can be exchanged, by the names of their settings."""
    return {
        _called(name): secret.get_secret_value()
        for name, secret in secrets_of(settings).items()
        if name in EXCHANGED or name.startswith("apps.")
    }


def _called(name: str) -> str:
    of = Settings.model_fields.get(name)
    return str(of.validation_alias or name) if of else name


def _restart(before: Settings, fresh: Settings) -> list[str]:
    """Return what else differs, and stays as it is until a restart."""
    return sorted(_called(one) for one in {*_differ(before, fresh)} - EXCHANGED)


def _differ(before: Settings, fresh: Settings) -> Iterator[str]:
    for name in Settings.model_fields:
        one, other = getattr(before, name), getattr(fresh, name)
        if name == "apps":
            one, other = _without_secrets(one), _without_secrets(other)
        if one != other:
            yield name


def _without_secrets(apps: tuple[App, ...]) -> list[dict[str, Any]]:
    return [app.model_dump(exclude=set(OF_APPS)) for app in apps]
