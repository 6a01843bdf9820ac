"""What the bot costs beside its peers, as ratios of one run: `make bench`."""

import os

from bot.config.sources import NO_DOTENV

os.environ[NO_DOTENV] = "1"  # nothing that is started here reads a developer's `.env`
