"""Tests of `truto_async._codec`."""
