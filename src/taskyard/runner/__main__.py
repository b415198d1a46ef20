"""`python -m taskyard.runner`, for development; workspaces run the single file."""

import sys

from taskyard.runner.main import main

sys.exit(main(sys.argv[1:]))
