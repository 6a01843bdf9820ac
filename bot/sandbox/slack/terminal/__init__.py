"""A text user interface of the client: lines are typed, and what appears is printed."""
