"""Many at once, as a busy day has it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.integration.provisioner.isolation.conftest import Inside, Yard

_COUNT = 20
_LIGHT = 20_000  # kB of memory that a supervisor may hold, resident


def test_twenty_start_and_stop_at_the_same_time(fresh_yard: Yard) -> None:
    specs = [fresh_yard.spec() for _ in range(_COUNT)]
    with ThreadPoolExecutor(_COUNT) as pool:
        sandboxes = list(pool.map(fresh_yard.create, specs))
    inits = [fresh_yard.init_of(spec.id) for spec in specs]
    namespaces = {Path(f"/proc/{init.pid}/ns/net").readlink() for init in inits}
    groups = [Path(g) for s in specs for g in fresh_yard.state(s.id)["cgroups"]]

    with ThreadPoolExecutor(_COUNT) as pool:
        _ = list(pool.map(fresh_yard.isolation.stop, [spec.id for spec in specs]))

    assert all(sandbox.running for sandbox in sandboxes)
    assert len(namespaces) == _COUNT
    assert not any(init.is_alive() for init in inits)
    assert not any(group.exists() for group in groups)
    assert list(fresh_yard.data.glob("sandboxes/*-*")) == []


def test_a_supervisor_at_rest_is_light(anyone: Inside) -> None:
    sandbox = anyone.sandbox

    status = Path(f"/proc/{sandbox.supervisor_pid}/status").read_text()

    resident = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    assert int(resident.split()[1]) < _LIGHT
