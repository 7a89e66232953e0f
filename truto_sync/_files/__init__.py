"""Sync jobs as files: read and written, compared with the server's, and applied to it."""
