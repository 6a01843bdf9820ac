"""Text to words: tokens, vocabulary, parser, suggestions."""
