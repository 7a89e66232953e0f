"""Tests of `truto_async._limits`."""
