"""Requests and replies of TRTC."""
