"""The server of Corkboard."""
