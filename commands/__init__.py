"""The rooms: one module for each slash command."""
