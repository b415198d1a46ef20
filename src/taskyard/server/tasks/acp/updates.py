"""Translate events of a session's log into updates that editors know."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, cast, final

from taskyard.protocol.acp import META, Json
from taskyard.protocol.api.tasks import StoredEvent, TaskDetail
from taskyard.server.tasks.acp.blocks import content_block
from taskyard.server.tasks.acp.options import config_options, mode_of
from taskyard.server.tasks.acp.said import Said
from taskyard.server.tasks.offers import options_of

__all__ = ["Translation", "notice", "session_info", "thought", "tool_fields"]

Value = TypeVar("Value")

#: The newest tool calls and messages of a conversation that are remembered.
_TOOLS: Final = 5000
_MESSAGES: Final = 200

_TOOL_KINDS: Final = frozenset(
    {
        *("read", "edit", "delete", "move", "search"),
        *("execute", "think", "fetch", "switch_mode", "other"),
    }
)
_TOOL_STATES: Final = frozenset({"pending", "in_progress", "completed", "failed"})
_PRIORITIES: Final = frozenset({"high", "medium", "low"})
_PLAN_STATES: Final = frozenset({"pending", "in_progress", "completed"})


@final
class Translation:
    """For one reader of one session: what a reader can only append to must be known.

    A terminal agent may draw its answer anew. A reader of this protocol cannot take words
    back, so what was rewritten is told when it stands still: whole, as another message.
    """

    def __init__(self) -> None:
        self._tools: dict[str, None] = {}
        self._said: dict[str, Said] = {}
        self._rewritten: StoredEvent | None = None
        self._mode = ""

    def of(self, event: StoredEvent) -> list[Json]:
        """The updates for the next event; [] for what editors have no word for."""
        updates = self._settled(event)
        match event.kind:
            case "message_chunk" | "message":
                updates += self._words(event)
            case "tool":
                updates.append(self._tool(event))
            case "options":
                updates += self._options(event.data)
            case _ if (translate := _PLAIN.get(event.kind)) is not None:
                updates += translate(event)
            case _:
                pass
        return updates

    def _words(self, event: StoredEvent) -> list[Json]:
        text = _text(event.data, "text")
        if event.kind == "message_chunk" and self._rewritten is not None:
            whole = _text(self._rewritten.data, "text") + text
            data = {**self._rewritten.data, "text": whole}
            self._rewritten = self._rewritten.model_copy(update={"data": data})
            return []

        said = self._said.pop(event.key, None) or Said()
        _remember(self._said, event.key, said, _MESSAGES)
        if event.kind == "message":
            more = said.rest_of(text)
            if more is None:
                self._rewritten = event
                return []
            text = more
        if not text:
            return []
        said.add(text)
        return [_chunk(event, text, id_=said.id_of(event.key))]

    def _settled(self, event: StoredEvent) -> list[Json]:
        """What was rewritten, once something else follows it."""
        old = self._rewritten
        if old is None or event.key == old.key:
            return []
        self._rewritten = None
        text = _text(old.data, "text")
        said = self._said.pop(old.key, None) or Said()
        said.begin_anew(text)
        _remember(self._said, old.key, said, _MESSAGES)
        return [_chunk(old, text, id_=said.id_of(old.key))] if text else []

    def _tool(self, event: StoredEvent) -> Json:
        kind = "tool_call_update" if event.key in self._tools else "tool_call"
        self._tools.pop(event.key, None)
        _remember(self._tools, event.key, None, _TOOLS)
        return {"sessionUpdate": kind, **tool_fields(event.key, event.data)}

    def _options(self, data: Mapping[str, Any]) -> list[Json]:
        offered = data.get("options")
        options = (
            options_of(cast("list[Any]", offered), None)
            if isinstance(offered, list)
            else []
        )
        updates: list[Json] = [
            {
                "sessionUpdate": "config_option_update",
                "configOptions": config_options(options),
            }
        ]
        mode = mode_of(options)
        if mode and mode != self._mode:
            self._mode = mode
            updates.append(
                {"sessionUpdate": "current_mode_update", "currentModeId": mode}
            )
        return updates


def tool_fields(call: str, data: Mapping[str, Any]) -> Json:
    """A tool call as the protocol writes it; what it does not know is left out."""
    fields: Json = {
        "toolCallId": call,
        "title": _text(data, "title") or "Tool",
        "kind": _one_of(_TOOL_KINDS, data.get("kind"), "other"),
        "status": _one_of(_TOOL_STATES, data.get("status"), "pending"),
        "content": [
            shown
            for item in _objects(data.get("content"))
            if (shown := _tool_content(item)) is not None
        ],
        "locations": [
            _location(item)
            for item in _objects(data.get("locations"))
            if _text(item, "path")
        ],
    }
    if data.get("raw_input") is not None:
        fields["rawInput"] = data["raw_input"]
    if data.get("raw_output") is not None:
        fields["rawOutput"] = data["raw_output"]
    return fields


def session_info(detail: TaskDetail) -> Json:
    """Title and status of a task, for the lists of an editor and for who reads `_meta`."""
    return {
        "sessionUpdate": "session_info_update",
        "title": detail.session_title or detail.display_name or detail.name,
        "updatedAt": detail.work.since.isoformat(),
        "_meta": {META: {"work": detail.work.model_dump(mode="json")}},
    }


#: What a person who waits for an answer is told, by the status of the work.
_NOTICES: Final[Mapping[str, str]] = {
    "pending": "The workspace is being made.",
    "starting": "The workspace is starting.",
    "needs_login": "The agent wants you to log in.",
    "limited": "The usage limit of the agent's vendor is reached.",
    "no_signal": "Nothing is heard of the agent.",
    "pausing": "The task is being paused.",
    "paused": "The task is paused.",
    "crashed": "The agent's process has ended.",
}

_AT_THE_TERMINAL: Final = (
    "A person uses the agent's terminal: the message waits until it is given back."
)


def notice(detail: TaskDetail) -> str:
    """Why there is no answer yet; empty when the agent works or waits for words."""
    if detail.controller == "terminal" and detail.work.status not in _NOTICES:
        return _AT_THE_TERMINAL
    words = _NOTICES.get(detail.work.status, "")
    return f"{words} {detail.work.detail}".strip() if words else ""


def thought(text: str, *, id_: str) -> Json:
    """Words of the server's own: an editor shows them apart from the answer."""
    return {
        "sessionUpdate": "agent_thought_chunk",
        "messageId": id_,
        "content": {"type": "text", "text": text},
    }


# -- one kind each --------------------------------------------------------------------


def _chunk(event: StoredEvent, text: str, *, id_: str) -> Json:
    if event.data.get("role") == "user":
        kind = "user_message_chunk"
    elif event.data.get("kind") == "thought":
        kind = "agent_thought_chunk"
    else:
        kind = "agent_message_chunk"
    return {
        "sessionUpdate": kind,
        "messageId": id_,
        "content": {"type": "text", "text": text},
    }


def _plan(event: StoredEvent) -> list[Json]:
    entries = [
        {
            "content": _text(entry, "content"),
            "priority": _one_of(_PRIORITIES, entry.get("priority"), "medium"),
            "status": _one_of(_PLAN_STATES, entry.get("status"), "pending"),
        }
        for entry in _objects(event.data.get("entries"))
    ]
    return [{"sessionUpdate": "plan", "entries": entries}]


def _commands(event: StoredEvent) -> list[Json]:
    commands = list[Json]()
    for command in _objects(event.data.get("commands")):
        name, hint = _text(command, "name"), _text(command, "hint")
        if name:
            described = {"name": name, "description": _text(command, "description")}
            commands.append(
                {**described, "input": {"hint": hint}} if hint else described
            )
    return [
        {"sessionUpdate": "available_commands_update", "availableCommands": commands}
    ]


def _usage(event: StoredEvent) -> list[Json]:
    used, size = event.data.get("used"), event.data.get("size")
    if not isinstance(used, int) or not isinstance(size, int) or min(used, size) < 0:
        return []
    update: Json = {"sessionUpdate": "usage_update", "used": used, "size": size}
    cost = event.data.get("cost")
    if isinstance(cost, dict):
        body = cast("Json", cost)
        amount = body.get("amount")
        if isinstance(amount, int | float):
            currency = _text(body, "currency") or "USD"
            update["cost"] = {"amount": amount, "currency": currency}
    return [update]


def _title(event: StoredEvent) -> list[Json]:
    title = _text(event.data, "title")
    return [{"sessionUpdate": "session_info_update", "title": title}] if title else []


def _error(event: StoredEvent) -> list[Json]:
    detail = _text(event.data, "detail")
    return [thought(detail, id_=event.key)] if detail else []


_PLAIN: Final[Mapping[str, Callable[[StoredEvent], list[Json]]]] = {
    "plan": _plan,
    "commands": _commands,
    "usage": _usage,
    "title": _title,
    "error": _error,
}


def _tool_content(item: Json) -> Json | None:
    """Terminals are left out: they are of the agent's own client, in the workspace."""
    match item.get("type"):
        case "content":
            block = content_block(item.get("content"))
            return {"type": "content", "content": block} if block else None
        case "diff" if isinstance(item.get("newText"), str):
            old = item.get("oldText")
            return {
                "type": "diff",
                "path": _text(item, "path"),
                "oldText": old if isinstance(old, str) else None,
                "newText": item["newText"],
            }
        case _:
            return None


def _location(item: Json) -> Json:
    line = item.get("line")
    path = {"path": _text(item, "path")}
    return {**path, "line": line} if isinstance(line, int) and line >= 0 else path


# -- what a workspace sends may be anything -------------------------------------------


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _objects(value: object) -> list[Json]:
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("Json", item) for item in items if isinstance(item, dict)]


def _one_of(known: frozenset[str], value: object, otherwise: str) -> str:
    return value if isinstance(value, str) and value in known else otherwise


def _remember(memory: dict[str, Value], key: str, value: Value, limit: int) -> None:
    memory[key] = value
    while len(memory) > limit:
        del memory[next(iter(memory))]
