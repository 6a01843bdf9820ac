"""Measures of the tree and of the path that one command takes through it."""

import os

from bot.config.sources import NO_DOTENV

os.environ[NO_DOTENV] = "1"  # nothing that is started here reads a developer's `.env`
