"""A Tencent Cloud on loopback: it checks what the real one would, and can fail."""

from bot.sandbox.cloud.server import LoopbackCloud

__all__ = ["LoopbackCloud"]
