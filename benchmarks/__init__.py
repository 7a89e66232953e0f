"""How fast and how small the SDK is, beside its peers: `python -m benchmarks`."""
