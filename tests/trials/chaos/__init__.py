"""Trials of several replicas on one PostgreSQL, and a judge of them."""
