"""What stands between an editor and the server: it remembers enough to connect again.

An editor starts the bridge once and keeps its conversation for days; the server may be
restarted meanwhile. A new connection is told what the lost one knew: who the editor is,
which sessions it follows and up to which event, what it has asked and has no answer to.
The editor notices nothing but a pause:

1. Every update names its event (`seq`). A session is opened again from there.
2. Every prompt gets an id of ours. Sent again, it is carried out once.
3. A permission that the editor was asked for is taken back: the server asks it again.

Nothing here waits or speaks to anybody; see `cli.acp` for the pipes.
"""

import uuid
from dataclasses import dataclass, field
from typing import Any, Final, final

from taskyard.kit.shapes import as_object
from taskyard.protocol.acp import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    META,
    REFUSED,
    Json,
    initial_message_id,
)

__all__ = ["Bridge"]

#: A request that ends the connection each time must not do so for ever.
_ATTEMPTS: Final = 5
_OPENING: Final = frozenset({"session/new", "session/load", "session/resume"})
#: Where an editor may have asked for so much that it will never read the answers.
_PENDING: Final = 1000

Id = int | str | None


@dataclass(kw_only=True)
class _Request:
    """Of the editor, without an answer yet."""

    message: Json
    attempts: int = 0

    @property
    def session(self) -> str:
        return str(_params(self.message).get("sessionId", ""))


@dataclass(kw_only=True)
class _Session:
    """That the editor has open."""

    params: Json  # what it was opened with
    made_new: bool  # by session/new: there may be no task yet
    seq: int | None = None  # the last event that the editor was told of
    prompted: bool = False
    mine: list[str] = field(default_factory=list[str])


@final
class Bridge:
    """Messages come in by the methods and go out by `to_server` and `to_editor`."""

    def __init__(self, *, one_task: bool) -> None:
        self.to_server: list[Json] = []
        self.to_editor: list[Json] = []
        self._one_task = one_task
        self._connected = False
        self._initialize: Json | None = None
        self._requests: dict[Id, _Request] = {}
        self._sessions: dict[str, _Session] = {}
        self._opening: dict[str, str] = {}  # our request's id -> session
        self._asked: set[Id] = set()
        self._cancelled: dict[str, Json] = {}  # session -> what is told when it is open

    # -- from the editor --------------------------------------------------------------

    def from_editor(self, message: Json) -> None:
        method = message.get("method")
        if method is None:
            if message.get("id") in self._asked:
                self._asked.discard(message.get("id"))
                self._send(message)
        elif "id" not in message:
            self._tell(message)
        elif len(self._requests) >= _PENDING:
            self._refuse(message.get("id"), REFUSED, "Too much is asked at a time.")
        else:
            self._ask(_Request(message=message))

    def drop(self, message: Json, reason: str) -> None:
        """Of `to_server`, a message that cannot be sent."""
        if self._requests.pop(message.get("id"), None) is not None:
            self._refuse(message.get("id"), INVALID_PARAMS, reason)

    def _tell(self, message: Json) -> None:
        session = str(_params(message).get("sessionId", ""))
        is_away = not self._connected or session in self._opening.values()
        if message.get("method") == "session/cancel" and is_away:
            self._cancelled[session] = message
        else:
            self._send(message)

    def _ask(self, request: _Request) -> None:
        message = request.message
        match message.get("method"):
            case "session/prompt":
                self._name_prompt(request)
            case "session/load" | "session/resume":
                opened = _Session(params=_params(message), made_new=False)
                self._sessions.setdefault(request.session, opened)
            case _:
                pass
        self._requests[message.get("id")] = request
        if request.session not in self._opening.values():
            self._send(request.message)

    def _name_prompt(self, request: _Request) -> None:
        session = self._sessions.get(request.session)
        if session is None:
            return
        is_first = session.made_new and not self._one_task and not session.prompted
        task = _uuid(request.session) if is_first else None
        name = str(initial_message_id(task) if task else uuid.uuid4())
        request.message = _with_meta(request.message, messageId=name)
        session.prompted = True
        session.mine.append(str(_ours(request.message)["messageId"]))

    # -- from the server --------------------------------------------------------------

    def from_server(self, message: Json) -> None:
        method, id_ = message.get("method"), message.get("id")
        if method is None:
            self._answered(id_, message)
            return
        if id_ is not None:
            self._asked.add(id_)
        elif method == "session/update":
            self._note(message)
        elif method == "$/cancel_request":
            self._asked.discard(_params(message).get("requestId"))
        self.to_editor.append(message)

    def _answered(self, id_: Id, message: Json) -> None:
        if isinstance(id_, str) and id_ in self._opening:
            self._opened_again(self._opening.pop(id_), message)
            return
        request = self._requests.pop(id_, None)
        if request is None:
            return
        if session := self._sessions.get(request.session):
            name = _ours(request.message).get("messageId")
            session.mine = [known for known in session.mine if known != name]
        if "error" not in message:
            self._remember(request, message)
        elif request.message.get("method") in _OPENING:
            self._forget_unless_open(request)
        self.to_editor.append(message)

    def _remember(self, request: _Request, answer: Json) -> None:
        message = request.message
        match message.get("method"):
            case "initialize":
                self._initialize = message
            case "session/new":
                id_ = str(as_object(answer.get("result")).get("sessionId", ""))
                known = self._sessions.get(id_)
                self._sessions[id_] = _Session(
                    params=_params(message),
                    made_new=True,
                    seq=known.seq if known else None,
                )
            case "session/close":
                self._sessions.pop(request.session, None)
            case _:
                pass

    def _forget_unless_open(self, request: _Request) -> None:
        session = self._sessions.get(request.session)
        if session is not None and session.seq is None and not session.prompted:
            del self._sessions[request.session]

    def _note(self, message: Json) -> None:
        seq = _ours(message).get("seq")
        session = self._sessions.get(str(_params(message).get("sessionId", "")))
        if session is not None and isinstance(seq, int):
            session.seq = max(seq, session.seq or 0)

    # -- the connection ---------------------------------------------------------------

    def lost(self) -> None:
        """The connection is gone; what the server had asked is no question any more."""
        self._connected = False
        self._opening.clear()
        self.to_server.clear()
        for id_ in self._asked:
            cancel = {"method": "$/cancel_request", "params": {"requestId": id_}}
            self.to_editor.append({"jsonrpc": "2.0", **cancel})
        self._asked.clear()

    def connected(self) -> None:
        """There is a connection: tell it what the one before knew."""
        self._connected = True
        if self._initialize is not None:
            self._send({**self._initialize, "id": self._new_id()})
        for id_, session in self._sessions.items():
            if not self._is_being_opened(id_):
                self._open_again(id_, session)
        for id_, request in list(self._requests.items()):
            request.attempts += 1
            if request.attempts > _ATTEMPTS:
                del self._requests[id_]
                self._refuse(id_, INTERNAL_ERROR, "The connection breaks every time.")
            elif request.session not in self._opening.values():
                self._send(self._from_there_on(request))

    def give_up(self, reason: str) -> None:
        """Answer everything that waits: the server cannot be reached."""
        for id_ in list(self._requests):
            del self._requests[id_]
            self._refuse(id_, INTERNAL_ERROR, reason)

    def _is_being_opened(self, session: str) -> bool:
        return any(
            request.session == session and request.message.get("method") in _OPENING
            for request in self._requests.values()
        )

    def _open_again(self, id_: str, session: _Session) -> None:
        number = self._new_id()
        self._opening[number] = id_
        meta: Json = {"mine": session.mine}
        if session.seq is not None:
            meta["after"] = session.seq
        method = "session/resume"
        params = {**session.params, "sessionId": id_}
        if session.made_new and not self._one_task:
            # Only so a task that was not made before the connection broke is made yet.
            method, params = "session/new", session.params
            meta["sessionId"] = id_
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        self._send(_with_meta(message, **meta))

    def _opened_again(self, session: str, message: Json) -> None:
        waiting = [r for r in self._requests.values() if r.session == session]
        error = as_object(message.get("error"))
        if not error:
            for request in waiting:
                self._send(request.message)
            if cancel := self._cancelled.pop(session, None):
                self._send(cancel)
            return
        self._sessions.pop(session, None)
        self._cancelled.pop(session, None)
        for request in waiting:
            id_ = request.message.get("id")
            self._requests.pop(id_, None)
            self.to_editor.append({"jsonrpc": "2.0", "id": id_, "error": error})

    def _from_there_on(self, request: _Request) -> Json:
        """What is loading goes on loading where it was cut off."""
        session = self._sessions.get(request.session)
        is_opening = request.message.get("method") in _OPENING
        if not is_opening or session is None or session.seq is None:
            return request.message
        return _with_meta(request.message, after=session.seq, mine=session.mine)

    # -- both -------------------------------------------------------------------------

    def _send(self, message: Json) -> None:
        if self._connected:
            self.to_server.append(message)

    def _refuse(self, id_: Id, code: int, words: str) -> None:
        error = {"code": code, "message": words}
        self.to_editor.append({"jsonrpc": "2.0", "id": id_, "error": error})

    def _new_id(self) -> str:
        return f"taskyard-{uuid.uuid4()}"


def _params(message: Json) -> Json:
    return as_object(message.get("params"))


def _ours(message: Json) -> Json:
    return as_object(as_object(_params(message).get("_meta")).get(META))


def _with_meta(message: Json, **fields: Any) -> Json:
    """With `fields` of ours beside what is there; the editor's own win."""
    params = _params(message)
    meta = as_object(params.get("_meta"))
    ours = {**fields, **as_object(meta.get(META))}
    return {**message, "params": {**params, "_meta": {**meta, META: ours}}}


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
