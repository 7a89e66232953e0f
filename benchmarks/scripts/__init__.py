"""Scripts that fetch one job and end. Each runs as a process of its own, and is told all that it needs by its arguments."""
