"""What editors ask over ACP: the parameters of each method, as far as we read them."""

from typing import Annotated, Literal, TypeAlias, cast
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag
from pydantic.alias_generators import to_camel

__all__ = [
    "CancelSession",
    "CloseSession",
    "ContentBlock",
    "Initialize",
    "LinkBlock",
    "ListSessions",
    "LoadSession",
    "NewSession",
    "OtherBlock",
    "Params",
    "PermissionAnswer",
    "Prompt",
    "ResourceBlock",
    "SetConfigOption",
    "SetMode",
    "TextBlock",
]


class _Wire(BaseModel):
    """Unknown fields are ignored: editors know more than we do."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class _OurMeta(_Wire):
    after: int | None = Field(default=None, ge=0, lt=2**63)
    mine: list[UUID] = Field(default=[], max_length=1000)
    message_id: UUID | None = None
    session_id: UUID | None = None
    template: str = ""
    preset: str = ""


def _no_meta(given: object) -> object:
    return {} if given is None else given


class _Meta(_Wire):
    taskyard: Annotated[_OurMeta, BeforeValidator(_no_meta)] = Field(
        default_factory=_OurMeta
    )


class Params(_Wire):
    meta: Annotated[_Meta, BeforeValidator(_no_meta)] = Field(
        default_factory=_Meta, alias="_meta"
    )

    @property
    def ours(self) -> _OurMeta:
        return self.meta.taskyard


class Initialize(Params):
    protocol_version: int | str  # old editors send a date


class ListSessions(Params):
    cursor: str | None = None


class _OfSession(Params):
    session_id: UUID


class NewSession(Params):
    """`cwd` is a folder of the editor's machine; `mcpServers` would run there, too."""

    cwd: str = ""


class LoadSession(_OfSession):
    """Of `session/load` and `session/resume`."""

    cwd: str = ""


class CloseSession(_OfSession):
    pass


class CancelSession(_OfSession):
    pass


class SetMode(_OfSession):
    mode_id: str


class SetConfigOption(_OfSession):
    config_id: str
    value: str | bool


class TextBlock(_Wire):
    text: str


class LinkBlock(_Wire):
    uri: str
    name: str = ""


class Resource(_Wire):
    uri: str
    text: str | None = None


class ResourceBlock(_Wire):
    resource: Resource


class OtherBlock(_Wire):
    """Images and sounds: no agent is told them yet."""

    type: str


def _block_kind(block: object) -> str:
    kind = (
        cast("dict[str, object]", block).get("type") if isinstance(block, dict) else ""
    )
    return str(kind) if kind in {"text", "resource_link", "resource"} else "other"


ContentBlock: TypeAlias = Annotated[
    Annotated[TextBlock, Tag("text")]
    | Annotated[LinkBlock, Tag("resource_link")]
    | Annotated[ResourceBlock, Tag("resource")]
    | Annotated[OtherBlock, Tag("other")],
    Discriminator(_block_kind),
]


class Prompt(_OfSession):
    prompt: list[ContentBlock] = Field(max_length=1000)


class _Outcome(_Wire):
    outcome: Literal["selected", "cancelled"]
    option_id: str = ""


class PermissionAnswer(_Wire):
    """What an editor answers `session/request_permission` with."""

    outcome: _Outcome
