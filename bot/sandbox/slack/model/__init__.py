"""What Slack remembers: people, channels, messages, views, and what was handed out."""
