"""What the bot is compared with: `python -m tests.bench.peers.<name>`."""
