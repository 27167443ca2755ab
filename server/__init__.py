"""The house itself: pages, people, data, and the wiring of everything else."""
