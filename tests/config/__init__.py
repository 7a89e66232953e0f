"""Tests of `truto_async._config`: options, good and bad, and secrets."""
