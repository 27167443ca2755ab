"""What stands outside the house and uses its doors: the demo, synthetic parents, a platform to try things on."""
