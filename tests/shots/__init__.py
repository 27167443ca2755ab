"""A picture of every screen, from real sessions: on a phone and on a laptop, light and dark."""
