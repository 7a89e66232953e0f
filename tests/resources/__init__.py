"""Tests of the resources of both packages."""
