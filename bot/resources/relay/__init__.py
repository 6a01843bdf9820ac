"""TRTC relays: a room, mixed and pushed to CDNs."""
