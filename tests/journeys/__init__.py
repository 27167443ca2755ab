"""Whole evenings in real browsers: what people press, and what they then see and hear."""
