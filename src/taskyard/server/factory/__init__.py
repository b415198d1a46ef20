"""The one place where objects are wired together."""

from taskyard.server.factory.context import Factory, ProcessContext
from taskyard.server.factory.opening import open_process

__all__ = ["Factory", "ProcessContext", "open_process"]
