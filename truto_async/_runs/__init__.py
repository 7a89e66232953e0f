"""Starting and following runs."""
