"""What can go wrong between the server and its provisioners.

* NotFound
  - JobNotFound (404)
* Conflict
  - LeaseLost (409; of `db.jobs`)
  - JobOver (409)
"""

from taskyard.kit.errors import Conflict, NotFound

__all__ = ["JobNotFound", "JobOver"]


class JobNotFound(NotFound):
    """Resource not found or you do not have access to this resource"""  # noqa: D415 - the contract's words


class JobOver(Conflict):
    """The job has already ended."""
