"""Random histories of a whole bot, and an outside judge of every word it says."""
