"""The commands: one module for each slash command."""
