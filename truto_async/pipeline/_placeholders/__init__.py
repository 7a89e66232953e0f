"""Placeholders as JavaScript has them: values, paths, casts, merging."""
