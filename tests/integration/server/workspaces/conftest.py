"""A server with a fake provisioner."""

from tests.support.provisioning import provisioner, yard

__all__ = ["provisioner", "yard"]
