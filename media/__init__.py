"""The packets: peers, tracks and routes. Knows nothing of people, rooms or rules."""
