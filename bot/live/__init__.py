"""`python -m bot doctor --live`: what Slack and Tencent really answer."""
