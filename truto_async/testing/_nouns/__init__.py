"""The nouns that a fake server knows, a module each: their routes, with the server's own checks and defaults."""
