"""Async HTTP client of a Taskyard server, typed by the models of `protocol`."""

from taskyard.sdk.client import Client
from taskyard.sdk.connection import Retry
from taskyard.sdk.errors import ServerFailed, ServerUnreachable
from taskyard.sdk.settings import Settings

__all__ = ["Client", "Retry", "ServerFailed", "ServerUnreachable", "Settings"]
