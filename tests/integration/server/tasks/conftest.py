"""A server with a fake provisioner and fake runners."""

from tests.support.provisioning import provisioner, yard
from tests.support.tasks import bench

__all__ = ["bench", "provisioner", "yard"]
