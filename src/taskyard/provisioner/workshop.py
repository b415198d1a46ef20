"""What all jobs of one provisioner share."""

import asyncio
import fcntl
import logging
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx

from taskyard.kit.clock import Clock
from taskyard.provisioner.engine.lookup import Engine, find_engine
from taskyard.provisioner.isolation.spec import Isolation
from taskyard.provisioner.provider.taskyard.run import Host
from taskyard.provisioner.registry.catalog import Catalog, bundled_roots
from taskyard.provisioner.registry.server import HOST, RegistryServer
from taskyard.provisioner.registry.upstream import Upstream
from taskyard.provisioner.settings import Settings
from taskyard.provisioner.template.parser import StaticParser

__all__ = ["Workshop", "open_workshop"]

log = logging.getLogger(__name__)

_DEFAULT_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(slots=True, kw_only=True)
class Workshop:
    settings: Settings
    clock: Clock
    registry: RegistryServer
    parser: StaticParser
    host: Host
    base: Path  # of this process alone; gone when it ends
    sockets: Path  # the same, for what needs short paths
    process_environment: Mapping[str, str]
    #: Terraform's plugin cache breaks when two fill it at once.
    init_lock: asyncio.Lock
    found_engine: Engine | None = None

    async def engine(self) -> Engine:
        """Looked up until there is one, so that installing it needs no restart."""
        if self.found_engine is None:
            self.found_engine = await find_engine(
                configured=self.settings.terraform,
                search_path=self.process_environment.get("PATH", _DEFAULT_PATH),
            )
        return self.found_engine

    @asynccontextmanager
    async def directory(self) -> AsyncGenerator[Path]:
        """A place for one job, removed afterwards."""
        path = self.base / uuid4().hex
        await asyncio.to_thread(path.mkdir, mode=0o700)
        try:
            yield path
        finally:
            await asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)

    def terraform_environment(self) -> dict[str, str]:
        """All that Terraform, and so every third-party provider and local-exec, sees.

        Never a secret of ours: those stay with the providers in this process.
        """
        passed = {
            name: self.process_environment[name]
            for name in self.settings.terraform_pass_env
            if name in self.process_environment
        }
        return {
            "PATH": self.process_environment.get("PATH", _DEFAULT_PATH),
            "HOME": str(self.base),
            **passed,
            "TF_CLI_CONFIG_FILE": str(self.base / "terraform.rc"),
            "TF_PLUGIN_CACHE_DIR": str(self.settings.data_dir / "cache" / "plugins"),
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            "CHECKPOINT_DISABLE": "1",
        }


@asynccontextmanager
async def open_workshop(
    *,
    settings: Settings,
    clock: Clock,
    isolation: Isolation,
    environment: Mapping[str, str],
    parse_seconds: float = 10.0,
    engine: Engine | None = None,
) -> AsyncGenerator[Workshop]:
    """Clean up after provisioners that were killed, then open shop."""
    async with AsyncExitStack() as stack:
        root = settings.data_dir / "provisioner"
        base, lock = await asyncio.to_thread(_prepare, root, settings)
        for directory in (base, _sockets_of(base)):
            stack.push_async_callback(
                asyncio.to_thread, shutil.rmtree, directory, ignore_errors=True
            )
        # Closed (and with it unlocked) before the directory is removed.
        stack.callback(os.close, lock)

        client = await stack.enter_async_context(
            httpx.AsyncClient(follow_redirects=True)
        )
        catalog = Catalog(await asyncio.to_thread(bundled_roots, settings.registry))
        upstream = Upstream(settings.registry_upstream, client)
        registry = await stack.enter_async_context(RegistryServer(catalog, upstream))
        await asyncio.to_thread(_write_cli_config, base, settings, registry.base_url)
        yield Workshop(
            settings=settings,
            clock=clock,
            registry=registry,
            parser=await stack.enter_async_context(StaticParser(seconds=parse_seconds)),
            host=Host(
                isolation=isolation,
                volumes=settings.data_dir / "volumes",
                records=root / "workspaces",
                server_address=settings.server_address,
                mount_roots=settings.mount_roots,
            ),
            base=base,
            sockets=_sockets_of(base),
            process_environment=environment,
            init_lock=asyncio.Lock(),
            found_engine=engine,
        )


def _prepare(root: Path, settings: Settings) -> tuple[Path, int]:
    """A directory for this process, and the lock that says that it lives."""
    (settings.data_dir / "cache" / "plugins").mkdir(parents=True, exist_ok=True)
    (settings.data_dir / "volumes").mkdir(mode=0o711, parents=True, exist_ok=True)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    base = root / f"run-{uuid4().hex[:16]}"
    # Two that start at once: without this, one could take the other's directory for a
    # dead one's between its making and its locking.
    starting = _locked(root / "starting.lock")
    try:
        for left in root.glob("run-*"):
            _clear_if_dead(left)
        base.mkdir(mode=0o700)
        _sockets_of(base).mkdir(mode=0o700)
        return base, _locked(base / "lock")
    finally:
        os.close(starting)


def _sockets_of(base: Path) -> Path:
    """Not below the data directory: the path of a unix socket has some hundred bytes."""
    return Path(tempfile.gettempdir()) / base.name.replace("run-", "taskyard-")


def _locked(path: Path, flags: int = fcntl.LOCK_EX) -> int:
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, flags)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _clear_if_dead(left: Path) -> None:
    """Remove what a killed provisioner left: its files, and what still works in them.

    Terraform itself died with it. Its plugins and what a template's local-exec started
    did not; their working directory tells whose they are.
    """
    try:
        os.close(_locked(left / "lock", fcntl.LOCK_EX | fcntl.LOCK_NB))
    except OSError:
        return  # it lives, or its files are not ours
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "cwd").readlink().is_relative_to(left):
                os.kill(int(process.name), signal.SIGKILL)
    shutil.rmtree(_sockets_of(left), ignore_errors=True)
    shutil.rmtree(left, ignore_errors=True)
    log.info("remains_cleared", extra={"directory": str(left)})


def _write_cli_config(base: Path, settings: Settings, registry_url: str) -> None:
    own = f'host "{HOST}" {{\n  services = {{ "modules.v1" = "{registry_url}" }}\n}}\n'
    added = settings.terraform_cli_config
    text = own + (added.read_text() if added else "")
    (base / "terraform.rc").write_text(text)
