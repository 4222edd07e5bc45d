"""Transforms of rows of a table. One kind per file."""
