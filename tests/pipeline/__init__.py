"""Tests of `truto_async.pipeline`."""
