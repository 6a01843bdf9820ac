"""What is deployed, as the bot reads it: its settings, with secrets made up here."""

import os
import re
import secrets
from pathlib import Path

from bot.settings import Settings, load

TOP = Path(__file__).parents[2]
ALIASES = {
    "BOT_CONFIG",
    *(str(one.validation_alias) for one in Settings.model_fields.values()),
}
_ENV = re.search(r"^ENV (.+)$", (TOP / "Dockerfile").read_text(), re.MULTILINE)[1]
IMAGE = dict(pair.split("=", 1) for pair in _ENV.split())
BOT_TOML = TOP / "deploy/k8s/bot.toml"
MOUNTED = re.compile(r'"(/run/secrets/[^"]+)"')
SEVERAL = "postgresql://patchbay:{password}@database:5432/patchbay"


def secret(name):
    """Return a secret as *name* wants it, made up now."""
    made = secrets.token_hex(32)
    match name:
        case "slack_bot_token":
            return f"xoxb-{made}"
        case "slack_app_token":
            return f"xapp-1-A0-1-{made}"
        case "tencent_secret_id":
            return f"AKID{made[:32]}"
        case "database_url":
            return SEVERAL.format(password=made)
        case "callback_key":
            return made[:16]
        case _:
            return made


def loaded(variables, folder, monkeypatch):
    """Return the settings of the image with *variables*; files are put in *folder*.

    `bot.toml` is that of deploy/k8s.
    """
    for name in list(os.environ):
        if name.startswith(("BOT_", "SLACK_", "TENCENTCLOUD_", "OTEL_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(folder)

    def mounted(path):
        file = folder / Path(path).name
        file.write_text(secret(file.name))
        file.chmod(0o600)
        return str(file)

    for name, value in {**IMAGE, **variables}.items():
        if name == "BOT_CONFIG":
            config = folder / "config.toml"
            text = BOT_TOML.read_text()
            config.write_text(
                re.sub(
                    r'"(/run/secrets/[^"]+)"', lambda one: f'"{mounted(one[1])}"', text
                )
            )
            monkeypatch.setenv(name, str(config))
        else:
            monkeypatch.setenv(
                name, mounted(value) if name.endswith("_FILE") else value
            )
    return load()
