"""The machinery of Patchbay: everything but the commands."""
