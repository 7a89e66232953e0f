"""The rate limit that is shared through Redis.

`Ledger` decides who gets which slot, in plain Python; `ledger.lua` makes the same decisions inside Redis. `Holdings` is what
one process has of them. `Link` talks to Redis.
"""
