"""How two jobs are compared."""
