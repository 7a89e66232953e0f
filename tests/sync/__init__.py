"""Tests of what only `truto_sync` has: the portal and the command line."""
