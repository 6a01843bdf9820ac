"""What people save: push addresses under a name, and forms as presets."""

from typing import NamedTuple, Self

from bot.journal.audit_key import AuditKey
from bot.journal.named_targets import NamedTargets
from bot.journal.presets import Presets
from bot.journal.seal import Seal
from bot.journal.statement import Writer


class Saved(NamedTuple):
    """The named targets and the presets of every workspace."""

    targets: NamedTargets
    presets: Presets

    @classmethod
    def of(cls, writer: Writer, seal: Seal, key: AuditKey) -> Self:
        """Return what is saved in the database of *writer*, as *seal* opens it."""
        return cls(NamedTargets(writer, seal, key), Presets(writer, seal, key))
