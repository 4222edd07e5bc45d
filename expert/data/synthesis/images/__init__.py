"""Transforms of pictures: arrays of shape (n, height, width, channels) with values in 0…1. One kind per file."""
