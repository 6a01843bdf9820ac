"""Long trials of the whole bot, as scripts; the test-suite runs short ones."""
