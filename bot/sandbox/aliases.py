"""Names for types that all of the sandbox uses."""

from typing import Any

Json = dict[str, Any]
