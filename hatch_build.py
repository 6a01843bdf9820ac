"""Makes what is read of languages before it is packed; Hatch looks for this file."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Catalogues(BuildHookInterface[Any]):
    """Builds the catalogues and the explanations into the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, *_how: Any) -> None:
        """Make them; the folder of the sources is where the build begins."""
        sys.path.insert(0, self.root)
        from bot.catalogues import build  # noqa: PLC0415 - found only now

        build(Path(self.root))
