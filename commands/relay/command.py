"""The command `/relay`, to which the modules beside add its subcommands."""

from bot.routing.command import Command

command = Command(
    "relay",
    summary="Relays: a TRTC room, mixed and pushed to CDNs",
    bare="status",
    sent=frozenset({"url", "json", "cells"}),
)
