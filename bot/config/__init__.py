"""What is set, before it is read as settings: the environment, `.env`, `bot.toml`."""
