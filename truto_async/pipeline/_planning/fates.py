"""Which nodes of a job get their turn, when, and for whose records."""
