"""The machinery of Patchbay: everything but the rooms."""
