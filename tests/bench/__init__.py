"""Measurements: `python3 dev.py bench NAME` prints one JSON object a line; progress goes to standard error.

What makes the load runs in processes of its own (`kit/`), apart from what is measured. Loopback only.
"""
