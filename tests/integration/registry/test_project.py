"""The demo application, on its own."""

import os
import subprocess
import sys
from pathlib import Path

from tests.integration.registry.conftest import TEMPLATE


def test_the_demo_applications_own_tests_pass(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "unittest", "discover", "tests"],
        cwd=TEMPLATE / "project",
        env={"PATH": os.environ["PATH"], "PYTHONPYCACHEPREFIX": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    assert done.returncode == 0, done.stderr
