"""How a plan is made and shown."""
