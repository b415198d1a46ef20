"""The plugin protocol's calls, answered from a provider's tables for one run."""

import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from taskyard.provisioner.provider.diagnostics import Diagnostic, Problem, path_message
from taskyard.provisioner.provider.schema import Block, DataSource, Resource
from taskyard.provisioner.provider.values import (
    UNKNOWN,
    Object,
    Unknown,
    read_value,
    write_value,
)
from taskyard.provisioner.provider.wire import Message, decode, encode

__all__ = ["Provider", "Run", "Servicer"]

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Run:
    """What one Terraform run may see. Providers add their own fields by inheritance."""

    config: Object = field(default_factory=dict[str, Any])
    #: Set when Terraform was told to stop: long waits in handlers end early.
    stopping: threading.Event = field(default_factory=threading.Event)
    #: Plan computed ids and tokens as known values. Only for a plan that is never
    #: applied: it shows which app belongs to which agent without guessing.
    plans_ids: bool = False


R = TypeVar("R", bound=Run)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider(Generic[R]):
    name: str
    block: Block
    resources: Mapping[str, Resource[R]]
    data_sources: Mapping[str, DataSource[R]]
    configure: Callable[[R], None] | None = None

    def schema(self) -> bytes:
        """The encoded answer to "what do you offer?"."""
        return encode(
            "SchemaResponse",
            {
                "provider": _schema(0, self.block),
                "resource_schemas": {
                    name: _schema(kind.version, kind.block)
                    for name, kind in self.resources.items()
                },
                "data_source_schemas": {
                    name: _schema(kind.version, kind.block)
                    for name, kind in self.data_sources.items()
                },
                "server_capabilities": {"get_provider_schema_optional": True},
            },
        )


def _schema(version: int, block: Block) -> Message:
    return {"version": version, "block": block.message()}


# rpc of protocol 6 -> (request, response, method of Servicer)
_RPCS: Final = {
    "GetMetadata": ("Empty", "MetadataResponse", "metadata"),
    "ValidateProviderConfig": (
        "ValidateProviderRequest",
        "ValidateProviderResponse",
        "validate_provider",
    ),
    "ValidateResourceConfig": (
        "ConfigRequest",
        "DiagnosticsResponse",
        "validate_resource",
    ),
    "ValidateDataResourceConfig": (
        "ConfigRequest",
        "DiagnosticsResponse",
        "validate_data",
    ),
    "UpgradeResourceState": ("UpgradeRequest", "UpgradeResponse", "upgrade"),
    "ConfigureProvider": ("ConfigureRequest", "DiagnosticsResponse", "configure"),
    "ReadResource": ("ReadRequest", "ReadResponse", "read"),
    "PlanResourceChange": ("PlanRequest", "PlanResponse", "plan"),
    "ApplyResourceChange": ("ApplyRequest", "ApplyResponse", "apply"),
    "ImportResourceState": ("ImportRequest", "ImportResponse", "import_state"),
    "ReadDataSource": ("ConfigRequest", "ReadDataResponse", "read_data"),
    "GetFunctions": ("Empty", "FunctionsResponse", "functions"),
    "StopProvider": ("Empty", "StopResponse", "stop"),
}


class Servicer(Generic[R]):
    """Bound to one provider and one run; its calls come from gRPC's worker threads."""

    def __init__(self, provider: Provider[R], run: R) -> None:
        self._provider = provider
        self._run = run
        self.schema = provider.schema()

    def calls(self) -> Iterator[tuple[str, Callable[[bytes], bytes]]]:
        """Name of each call, and bytes in, bytes out."""
        for rpc, (request, response, method) in _RPCS.items():
            yield rpc, self._call(request, response, getattr(self, method))

    def _call(
        self, request: str, response: str, method: Callable[[Message], Message]
    ) -> Callable[[bytes], bytes]:
        def answer(data: bytes) -> bytes:
            try:
                return encode(response, method(decode(request, data)))
            except Problem as problem:
                found = problem.diagnostic
            except Exception as error:
                # The boundary to Terraform: a fault of ours must fail this one step
                # with something to read, not break the pipe for all the others.
                log.exception("provider %s: %s", self._provider.name, request)
                found = Diagnostic(
                    f"The {self._provider.name} provider failed: {error!r}",
                    "This is a fault of Taskyard, not of the template. "
                    "The provisioner's log has the details.",
                )
            return encode(response, {"diagnostics": [found.message()]})

        return answer

    def metadata(self, _request: Message) -> Message:
        return {
            "server_capabilities": {"get_provider_schema_optional": True},
            "data_sources": [{"type_name": n} for n in self._provider.data_sources],
            "resources": [{"type_name": n} for n in self._provider.resources],
        }

    def validate_provider(self, request: Message) -> Message:
        return {"prepared_config": request.get("config")}

    def configure(self, request: Message) -> Message:
        config: Object = read_value(request.get("config")) or {}
        self._run.config = self._provider.block.filled(config)
        if self._provider.configure:
            self._provider.configure(self._run)
        return {}

    def functions(self, _request: Message) -> Message:
        return {}

    def stop(self, _request: Message) -> Message:
        self._run.stopping.set()
        return {}

    def validate_resource(self, request: Message) -> Message:
        return _validated(self._resource(request), request)

    def validate_data(self, request: Message) -> Message:
        return _validated(self._provider.data_sources[request["type_name"]], request)

    def read_data(self, request: Message) -> Message:
        source = self._provider.data_sources[request["type_name"]]
        config = source.block.filled(read_value(request["config"]))
        return {"state": write_value(source.read(self._run, config))}

    def upgrade(self, request: Message) -> Message:
        state = json.loads(request["raw_state"]["json"])
        return {
            "upgraded_state": write_value(self._resource(request).block.pruned(state))
        }

    def read(self, request: Message) -> Message:
        kind = self._resource(request)
        state: Object | None = read_value(request["current_state"])
        if kind.read and state is not None:
            state = kind.read(self._run, state)
        return {"new_state": write_value(state), "private": request.get("private")}

    def plan(self, request: Message) -> Message:
        kind = self._resource(request)
        prior: Object | None = read_value(request.get("prior_state"))
        if read_value(request.get("proposed_new_state")) is None:
            return {"planned_state": write_value(None)}

        config: Object = read_value(request.get("config")) or {}
        planned = kind.block.filled(config)
        for name, attribute in kind.block.attributes.items():
            is_ours = attribute.is_computed and attribute.default is None
            if is_ours and config.get(name) is None:
                planned[name] = UNKNOWN if prior is None else prior.get(name)
        if kind.plan:
            kind.plan(self._run, prior, config, planned)

        return {
            "planned_state": write_value(planned),
            "requires_replace": [
                path_message((n,)) for n in _replaced(kind, prior, planned)
            ],
            "planned_private": request.get("prior_private"),
        }

    def apply(self, request: Message) -> Message:
        kind = self._resource(request)
        prior: Object | None = read_value(request.get("prior_state"))
        planned: Object | None = read_value(request.get("planned_state"))
        try:
            new = self._applied(kind, prior, planned)
        except Problem as problem:
            # What was there before is still there: Terraform must not forget it.
            return {
                "new_state": write_value(prior),
                "diagnostics": [problem.diagnostic.message()],
            }
        return {"new_state": write_value(new)}

    def import_state(self, _request: Message) -> Message:
        raise Problem("import is not supported", "Remove the import block.")

    def _applied(
        self, kind: Resource[R], prior: Object | None, planned: Object | None
    ) -> Object | None:
        if planned is None:
            if kind.delete and prior is not None:
                kind.delete(self._run, prior)
            return None

        if prior is None:
            new = kind.create(self._run, planned)
        elif kind.update:
            new = kind.update(self._run, prior, planned)
        else:
            new = planned
        return {k: None if isinstance(v, Unknown) else v for k, v in new.items()}

    def _resource(self, request: Message) -> Resource[R]:
        return self._provider.resources[request["type_name"]]


def _validated(kind: Resource[R] | DataSource[R], request: Message) -> Message:
    config: Object = read_value(request["config"]) or {}
    found = list(kind.block.problems(config))
    if kind.validate:
        found.extend(kind.validate(config))
    return {"diagnostics": [diagnostic.message() for diagnostic in found]}


def _replaced(
    kind: Resource[R], prior: Object | None, planned: Object
) -> Iterator[str]:
    """Names of what changed and cannot change in place."""
    if prior is None:
        return
    for name, attribute in kind.block.attributes.items():
        cannot_update = attribute.replaces or kind.update is None
        if cannot_update and planned[name] != prior.get(name):
            yield name
    for name in kind.block.blocks:
        if planned[name] != (prior.get(name) or []):
            yield name
