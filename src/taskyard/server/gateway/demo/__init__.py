"""The demo model: a script that answers when no provider is configured, and says so."""
