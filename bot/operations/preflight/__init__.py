"""What can be found out before a start, and without one: `python -m bot doctor`."""
