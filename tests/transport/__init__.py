"""Tests of `truto_async._transport`: calls over real sockets, and what can happen to them."""
