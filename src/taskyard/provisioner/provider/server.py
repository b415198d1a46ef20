"""Hand providers to one Terraform run: a gRPC server on a unix socket for each.

Terraform is told where they are by `TF_REATTACH_PROVIDERS`. Each run has sockets of its
own in its own 0700 directory, so each sees its own environment and secrets, and none of
these is ever in Terraform's environment. Addresses of both registries are served,
because OpenTofu expands `coder/coder` to its own.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

import grpc
from typing_extensions import override

from taskyard.provisioner.provider.servicer import Servicer

__all__ = ["ProviderServer"]

_REGISTRIES: Final = ("registry.terraform.io", "registry.opentofu.org")
_PREFIX: Final = "/tfplugin6.Provider/"
_PROTOCOL: Final = 6
# States and plans travel in one message each; Terraform's own limit is the same.
_MESSAGE_BYTES: Final = 256 << 20
# Terraform walks its graph ten nodes at a time; a sandbox that stops slowly must not
# hold up reads beside it.
_THREADS: Final = 10


# Generic for the type checker only, so it cannot be written out where it is evaluated.
_Handler: TypeAlias = "grpc.RpcMethodHandler[bytes, bytes]"


@dataclass(frozen=True, slots=True)
class _Handlers(grpc.GenericRpcHandler):
    table: Mapping[str, _Handler]

    @override
    def service(
        self, handler_call_details: grpc.HandlerCallDetails
    ) -> "_Handler | None":
        return self.table.get(handler_call_details.method)


class ProviderServer:
    """Serves `providers` (address such as `coder/coder` -> servicer) until closed."""

    def __init__(self, directory: Path, providers: Mapping[str, Servicer[Any]]) -> None:
        self._pools: list[ThreadPoolExecutor] = []
        self._servers: list[grpc.Server] = []
        reattach: dict[str, object] = {}
        for index, (address, servicer) in enumerate(providers.items()):
            socket = directory / f"p{index}.sock"
            self._serve(socket, servicer)
            for registry in _REGISTRIES:
                reattach[f"{registry}/{address}"] = {
                    "Protocol": "grpc",
                    "ProtocolVersion": _PROTOCOL,
                    "Pid": os.getpid(),
                    # "Test" = Terraform never kills it and speaks without TLS.
                    "Test": True,
                    "Addr": {"Network": "unix", "String": str(socket)},
                }
        self.environment = {"TF_REATTACH_PROVIDERS": json.dumps(reattach)}

    def close(self) -> None:
        """Break open connections and give the threads back; a handler in it finishes."""
        stopped = [server.stop(grace=0) for server in self._servers]
        for event in stopped:
            event.wait(timeout=1)
        for pool in self._pools:
            pool.shutdown(wait=False)

    def _serve(self, socket: Path, servicer: Servicer[Any]) -> None:
        pool = ThreadPoolExecutor(_THREADS, thread_name_prefix=socket.stem)
        server = grpc.server(
            pool,
            options=_options(
                ("grpc.max_receive_message_length", _MESSAGE_BYTES),
                ("grpc.max_send_message_length", _MESSAGE_BYTES),
            ),
        )
        server.add_generic_rpc_handlers((_Handlers(_table(servicer)),))
        server.add_insecure_port(f"unix:{socket}")
        server.start()
        self._pools.append(pool)
        self._servers.append(server)


def _options(*pairs: tuple[str, int]) -> Sequence[tuple[str, Any]]:
    return pairs


def _table(
    servicer: Servicer[Any],
) -> dict[str, _Handler]:
    table = {_PREFIX + rpc: _handler(answer) for rpc, answer in servicer.calls()}
    table[_PREFIX + "GetProviderSchema"] = _handler(lambda _request: servicer.schema)
    # Without an answer to this one, Terraform waits two seconds for it.
    table["/plugin.GRPCController/Shutdown"] = _handler(lambda _request: b"")
    return table


def _handler(
    answer: Callable[[bytes], bytes],
) -> _Handler:
    def handle(request: bytes, _context: grpc.ServicerContext) -> bytes:
        return answer(request)

    return cast(
        "_Handler",
        grpc.unary_unary_rpc_method_handler(handle),
    )
