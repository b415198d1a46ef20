"""What the demo model does for which prompt."""
