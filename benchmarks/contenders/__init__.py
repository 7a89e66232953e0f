"""What is compared. Each module is imported in worker processes only, so that no library disturbs another."""
