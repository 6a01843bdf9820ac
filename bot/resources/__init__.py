"""One package for each kind of thing in the cloud."""
