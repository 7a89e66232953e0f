"""Limits: how often requests may be sent, and whether and when a failed one is sent again."""
