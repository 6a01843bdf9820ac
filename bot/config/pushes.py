"""Tencent's CDN is asked what it gets of relays: with which key, and how often."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

# A host name, or a suffix that begins with a dot.
Domain = Annotated[
    str, Field(pattern=r"^\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$", max_length=253)
]
MINUTE = 60  # seconds


def _env(name: str) -> SecretStr | None:
    key: SecretStr | None = Field(None, validation_alias=name)
    return key


class LiveKeys(BaseModel):
    """The own key of the product `live`, where it is not the common one."""

    live_secret_id: SecretStr | None = _env("BOT_LIVE_SECRET_ID")
    live_secret_key: SecretStr | None = _env("BOT_LIVE_SECRET_KEY")
    live_token: SecretStr | None = _env("BOT_LIVE_TOKEN")


class Live(BaseModel):
    """The table `[live]`: which push domains are the account's, and how often.

    Without *domains* each target counts that was sent as on Tencent's CDN.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    domains: tuple[Domain, ...] = ()
    # https://cloud.tencent.com/document/api/267/33990: "recommended: once a minute"
    seconds: int = Field(MINUTE, ge=1, le=600)


def too_often(live: Live, *, real: bool) -> Iterator[str]:
    """Yield that a *real* endpoint would be asked more than once a minute."""
    if live.seconds < MINUTE and real:
        yield "[live]: seconds: Tencent asks for 60 or more; less is for trials"
