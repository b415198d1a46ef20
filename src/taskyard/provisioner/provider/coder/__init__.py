"""The `coder/coder` provider: the words templates are written in."""
