"""One sandboxd runs for every workspace: what it imports is paid a hundred times."""

import subprocess
import sys

from taskyard.provisioner.isolation import supervise

_HEAVY = {
    "asyncio",
    "dataclasses",
    "email",
    "http.client",
    "inspect",
    "logging",
    "shutil",
    "ssl",
    "subprocess",
}
_LIST = (
    "import sys; sys.path.append(sys.argv[1]); before = set(sys.modules); "
    "import taskyard.provisioner.isolation.sandboxd.main; "
    "print(*set(sys.modules) - before, sep='\\n')"
)


def test_sandboxd_imports_only_light_parts_of_the_standard_library() -> None:
    result = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _LIST, str(supervise.SOURCES)],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )

    modules = set(result.stdout.split())
    assert not modules & _HEAVY
    foreign = {name.partition(".")[0] for name in modules} - sys.stdlib_module_names
    assert foreign == {"taskyard"}
    ours = {name for name in modules if name.startswith("taskyard.provisioner.")}
    assert {name for name in ours if ".sandboxd" not in name} == {
        "taskyard.provisioner.isolation"
    }
