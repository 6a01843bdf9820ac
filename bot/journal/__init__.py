"""The memory: intents, from commit to answer."""
