"""Configuration: the options of a client, read and checked before anything is sent."""
