"""In the way of rich, which only developers have: structlog imports it if it can."""

raise ModuleNotFoundError("rich")
