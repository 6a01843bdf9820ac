"""The durable record of intents, from commit to answer."""
