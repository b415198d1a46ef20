"""What the server says when it is ready: where it is, and how to get in."""

from typing import Final

from taskyard.server.config import Config

__all__ = ["banner"]


def banner(config: Config, *, version: str, setup_token: str | None) -> str:
    """`setup_token` is that of the link for the first user; None when there are users."""
    lines = [
        "",
        f"  Taskyard {version} is running",
        "",
        f"  Open       {config.access_url}",
    ]
    if setup_token is None:
        lines += [f"  Log in     on that page, or: taskyard login {config.access_url}"]
    else:
        link = f"{config.access_url}/setup?token={setup_token}"
        hours = config.setup_lifetime.total_seconds() / 3600
        lines += [
            "",
            f"  Nobody can log in yet. Make the first user (works once, for {hours:.0f} h):",
            f"             {link}",
            f"         or  taskyard setup '{link}'",
            "",
        ]
    lines += [
        f"  Model      {_models(config)}",
        f"  Data       {config.data_dir}",
        "  Stop       Ctrl-C",
        "",
    ]
    return "\n".join(lines)


_VENDORS: Final = {"anthropic": "Anthropic", "openai": "OpenAI", "gemini": "Google"}


def _models(config: Config) -> str:
    """Who answers the agents."""
    real = [_VENDORS[name] for name, has_key in config.vendor_keys.items() if has_key]
    if not real:
        return "the demo model (set ANTHROPIC_API_KEY for a real one)"
    others = [name for name in _VENDORS.values() if name not in real]
    demo = f"; the demo model for {' and '.join(others)}'s protocol" if others else ""
    return f"{', '.join(real)}, with keys from the environment{demo}"
