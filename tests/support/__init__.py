"""Tests of `truto_async._support`."""
