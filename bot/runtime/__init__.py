"""Tasks, logs and redaction."""
