"""Pictures of graphs: a drawing, which each format writes in its own way."""
