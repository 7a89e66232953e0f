"""Tests of `truto_async.models`."""
