"""Where the bot listens, and where its traces go."""

from importlib.util import find_spec
from typing import NamedTuple

from pydantic import BaseModel, Field, field_validator
from pydantic_core import PydanticCustomError

from bot.config.kinds import WebAddressOrNone

LOOPBACK = "127.0.0.1"
TRACES_BY = "opentelemetry.exporter.otlp.proto.http"
MISSING = "traces are an extra: pip install 'patchbay[tracing]'"
SANDBOX_PORT = 3333  # of the sandbox's console


class Place(NamedTuple):
    """A port of a host; the variables that set both begin with *prefix*."""

    host: str
    port: int
    prefix: str = "BOT_"

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Ports(BaseModel):
    """The addresses and ports of all that listens; `.env.example` explains each."""

    host: str = Field(LOOPBACK, validation_alias="BOT_HOST")
    port: int = Field(3000, ge=0, le=65_535, validation_alias="BOT_PORT")
    metrics_host: str = Field(LOOPBACK, validation_alias="BOT_METRICS_HOST")
    metrics_port: int | None = Field(
        None, ge=0, le=65_535, validation_alias="BOT_METRICS_PORT"
    )
    sandbox_port: int = Field(
        SANDBOX_PORT, ge=0, le=65_535, validation_alias="BOT_SANDBOX_PORT"
    )
    traces_to: WebAddressOrNone = Field(
        "", validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT"
    )

    @property
    def own_place(self) -> Place:
        """Where Slack and Tencent come."""
        return Place(self.host, self.port)

    @property
    def metrics_place(self) -> Place | None:
        """Where the metrics are read; None where they are off."""
        if self.metrics_port is None:
            return None
        return Place(self.metrics_host, self.metrics_port, "BOT_METRICS_")

    @property
    def places(self) -> tuple[Place, ...]:
        """All that the bot listens on, in the order in which it begins to."""
        return (
            (self.own_place, self.metrics_place)
            if self.metrics_place
            else (self.own_place,)
        )

    @field_validator("traces_to")
    @classmethod
    def _traces_can_be_made(cls, address: str) -> str:
        if address:
            try:
                find_spec(TRACES_BY)
            except ModuleNotFoundError:
                raise PydanticCustomError("extra", MISSING) from None
        return address
