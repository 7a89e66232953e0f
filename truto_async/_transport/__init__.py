"""HTTP: one call from the request to the response or error, with its attempts, connections and timeouts."""
