"""What the bot costs beside its peers, as ratios of one run: `make bench`."""
