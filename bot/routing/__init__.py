"""From an ask to the subcommand that answers it, and help made from them."""
