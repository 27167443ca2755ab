"""What the benches share: how a figure is told, and the processes that make the load."""
