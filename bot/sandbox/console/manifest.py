"""What the app is registered with: its slash commands and shortcuts, to offer them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from bot.sandbox.aliases import Json

MANIFEST = Path(__file__).parents[3] / "manifest.yml"


def offered(names: Iterable[str], manifest: Path = MANIFEST) -> Json:
    """Return the `commands` and `shortcuts` to offer.

    *names* are the slash commands that exist. What *manifest* says of them is added;
    without the file, as in an installed package, there are the names alone.
    """
    features = _features(manifest)
    described = {one.get("command"): one for one in features.get("slash_commands", [])}
    commands = [
        {
            "name": name,
            "usage": str(described.get(name, {}).get("usage_hint", "")),
            "description": str(described.get(name, {}).get("description", "")),
        }
        for name in names
    ]
    shortcuts = [
        {key: str(one.get(key, "")) for key in ("name", "type", "callback_id")}
        for one in features.get("shortcuts", [])
    ]
    return {"commands": commands, "shortcuts": shortcuts}


def _features(manifest: Path) -> dict[str, Any]:
    try:
        read = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError):
        return {}
    features = read.get("features") if isinstance(read, dict) else None
    return features if isinstance(features, dict) else {}
