"""What the server says when it is ready: where it is, and how to get in."""

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
            f"         or  taskyard setup {link}",
            "",
        ]
    model = (
        "Anthropic, with the key from the environment"
        if config.anthropic_api_key
        else "the demo model (set ANTHROPIC_API_KEY for a real one)"
    )
    lines += [
        f"  Model      {model}",
        f"  Data       {config.data_dir}",
        "  Stop       Ctrl-C",
        "",
    ]
    return "\n".join(lines)
