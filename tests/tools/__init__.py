"""Measures of the tree and of the path that one command takes through it."""
