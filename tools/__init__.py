"""What stands outside the house and uses its doors: the demo, and synthetic parents."""
