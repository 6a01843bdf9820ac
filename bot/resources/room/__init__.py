"""The room: who is in it, who sends what, and why a picture may be black."""
