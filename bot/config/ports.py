"""Where the bot listens, and where its traces go."""

from pydantic import BaseModel, Field

from bot.config.kinds import WebAddressOrNone

LOOPBACK = "127.0.0.1"
SANDBOX_PORT = 3333  # of the sandbox's console


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
