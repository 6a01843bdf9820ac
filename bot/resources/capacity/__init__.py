"""CAR's concurrency: how many units there are, and how many are not idle."""
