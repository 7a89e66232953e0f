"""JSON: from bytes to models and back."""
