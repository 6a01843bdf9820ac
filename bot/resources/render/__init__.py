"""CAR cloud-rendering sessions, each keyed by the user it runs for."""
