"""Tests of `truto_async.testing`."""
