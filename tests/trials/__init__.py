"""Long trials of the whole bot, as scripts; the test-suite runs short ones."""

import os

from bot import catalogues
from bot.config.sources import NO_DOTENV

os.environ[NO_DOTENV] = "1"  # nothing that is started here reads a developer's `.env`
catalogues.build()  # what is started here needs what is made
