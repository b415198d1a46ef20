"""The bridge's memory: what a new connection is told of the one that was lost."""

import uuid
from typing import Any

import pytest

from taskyard.cli.bridge import Bridge
from taskyard.protocol.acp import initial_message_id

SESSION = str(uuid.UUID(int=7))
OPEN = {"sessionId": SESSION, "cwd": "/w"}


def request(id_: int, method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id_, "method": method, "params": params}


def result(id_: Any, **fields: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id_, "result": fields}


def update(seq: int) -> dict[str, Any]:
    params = {"sessionId": SESSION, "update": {}, "_meta": {"taskyard": {"seq": seq}}}
    return {"jsonrpc": "2.0", "method": "session/update", "params": params}


def ours(message: dict[str, Any]) -> dict[str, Any]:
    return message["params"]["_meta"]["taskyard"]


def taken(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What has come out, and out it is."""
    out = list(messages)
    messages.clear()
    return out


@pytest.fixture
def bridge() -> Bridge:
    """Connected, initialized, with one session that has been told up to event 5."""
    bridge = Bridge(one_task=False)
    bridge.connected()
    bridge.from_editor(request(1, "initialize", protocolVersion=1))
    bridge.from_server(result(1, protocolVersion=1))
    bridge.from_editor(request(2, "session/load", **OPEN))
    bridge.from_server(update(5))
    bridge.from_server(result(2))
    taken(bridge.to_server)
    taken(bridge.to_editor)
    return bridge


def lose(bridge: Bridge) -> list[dict[str, Any]]:
    """Lose the connection and have another; what that one is told."""
    bridge.lost()
    bridge.connected()
    return taken(bridge.to_server)


def test_what_both_sides_say_passes_through(bridge: Bridge) -> None:
    ask = request(3, "session/list")
    bridge.from_editor(ask)
    bridge.from_server(result(3, sessions=[]))

    assert bridge.to_server == [ask]
    assert bridge.to_editor == [result(3, sessions=[])]


def test_a_new_connection_goes_on_after_the_last_event(bridge: Bridge) -> None:
    bridge.from_server(update(8))
    bridge.from_server(update(6))

    first, again = lose(bridge)

    assert first["method"] == "initialize"
    assert again["method"] == "session/resume"
    assert again["params"]["sessionId"] == SESSION
    assert ours(again) == {"mine": [], "after": 8}


def test_answers_to_what_the_bridge_asks_itself_stay_with_it(bridge: Bridge) -> None:
    first, again = lose(bridge)

    bridge.from_server(result(first["id"]))
    bridge.from_server(result(again["id"]))

    assert bridge.to_editor == []


def test_a_prompt_is_named_and_sent_again_once_its_session_is_open(
    bridge: Bridge,
) -> None:
    bridge.from_editor(request(3, "session/prompt", sessionId=SESSION, prompt=[]))
    sent = taken(bridge.to_server)[0]

    _, again = lose(bridge)
    assert ours(again)["mine"] == [ours(sent)["messageId"]]
    bridge.from_server(result(again["id"]))

    assert taken(bridge.to_server) == [sent]
    bridge.from_server(result(3, stopReason="end_turn"))
    _, again = lose(bridge)
    assert ours(again)["mine"] == []


def test_what_is_asked_while_there_is_no_connection_is_sent_later(
    bridge: Bridge,
) -> None:
    bridge.lost()
    ask = request(3, "session/list")

    bridge.from_editor(ask)
    bridge.connected()

    assert bridge.to_server[-1] == ask


def test_a_cancel_is_told_when_the_session_is_open_again(bridge: Bridge) -> None:
    bridge.from_editor(request(3, "session/prompt", sessionId=SESSION, prompt=[]))
    bridge.lost()
    cancel = {"method": "session/cancel", "params": {"sessionId": SESSION}}
    bridge.from_editor(cancel)
    bridge.connected()
    again = taken(bridge.to_server)[-1]

    bridge.from_server(result(again["id"]))

    assert [message["method"] for message in taken(bridge.to_server)] == [
        "session/prompt",
        "session/cancel",
    ]


def test_a_session_that_is_gone_answers_what_waits_in_it(bridge: Bridge) -> None:
    bridge.from_editor(request(3, "session/prompt", sessionId=SESSION, prompt=[]))
    _, again = lose(bridge)
    gone = {"code": -32002, "message": "not there"}

    bridge.from_server({"jsonrpc": "2.0", "id": again["id"], "error": gone})

    assert taken(bridge.to_editor) == [{"jsonrpc": "2.0", "id": 3, "error": gone}]
    assert [message["method"] for message in lose(bridge)] == ["initialize"]


def test_a_session_that_is_loading_goes_on_loading(bridge: Bridge) -> None:
    load = request(3, "session/load", **OPEN)
    bridge.from_editor(load)
    bridge.from_server(update(9))
    taken(bridge.to_server)

    _, again = lose(bridge)

    assert (again["id"], again["method"]) == (3, "session/load")
    assert ours(again)["after"] == 9


def test_a_closed_session_is_not_opened_again(bridge: Bridge) -> None:
    bridge.from_editor(request(3, "session/close", sessionId=SESSION))
    bridge.from_server(result(3))

    assert [message["method"] for message in lose(bridge)] == ["initialize"]


def test_a_question_of_a_lost_connection_is_taken_back(bridge: Bridge) -> None:
    bridge.from_server(request(77, "session/request_permission"))
    taken(bridge.to_editor)

    bridge.lost()
    cancel = taken(bridge.to_editor)[0]
    bridge.connected()
    taken(bridge.to_server)
    bridge.from_editor(result(77, outcome={}))

    assert (cancel["method"], cancel["params"]) == (
        "$/cancel_request",
        {"requestId": 77},
    )
    assert bridge.to_server == []


def test_an_answer_is_passed_on_once(bridge: Bridge) -> None:
    bridge.from_server(request(77, "session/request_permission"))

    bridge.from_editor(result(77, outcome={}))
    bridge.from_editor(result(77, outcome={}))

    assert bridge.to_server == [result(77, outcome={})]


def _new(bridge: Bridge) -> None:
    bridge.from_editor(request(3, "session/new", cwd="/w", mcpServers=[]))
    bridge.from_server(result(3, sessionId=str(uuid.UUID(int=9))))
    taken(bridge.to_server)
    taken(bridge.to_editor)


def test_a_new_session_is_made_again_under_its_id(bridge: Bridge) -> None:
    _new(bridge)
    task = uuid.UUID(int=9)
    bridge.from_editor(request(4, "session/prompt", sessionId=str(task), prompt=[]))
    prompt = taken(bridge.to_server)[0]

    again = lose(bridge)[-1]

    assert ours(prompt)["messageId"] == str(initial_message_id(task))
    assert again["method"] == "session/new"
    assert again["params"]["cwd"] == "/w"
    assert ours(again) == {
        "mine": [str(initial_message_id(task))],
        "sessionId": str(task),
    }


def test_only_the_first_prompt_of_a_new_session_is_its_task(bridge: Bridge) -> None:
    _new(bridge)
    session = str(uuid.UUID(int=9))

    bridge.from_editor(request(4, "session/prompt", sessionId=session, prompt=[]))
    bridge.from_editor(request(5, "session/prompt", sessionId=session, prompt=[]))

    first, second = taken(bridge.to_server)
    assert ours(first) != ours(second)


def test_on_the_socket_of_one_task_a_new_session_is_resumed() -> None:
    bridge = Bridge(one_task=True)
    bridge.connected()
    bridge.from_editor(request(1, "session/new", cwd="/w"))
    bridge.from_server(result(1, sessionId=SESSION))
    bridge.from_server(update(4))
    bridge.from_editor(request(2, "session/prompt", sessionId=SESSION, prompt=[]))
    name = ours(bridge.to_server[-1])["messageId"]

    again = lose(bridge)[0]

    assert name != str(initial_message_id(uuid.UUID(SESSION)))
    assert again["method"] == "session/resume"
    assert ours(again) == {"mine": [name], "after": 4}


def test_a_request_that_breaks_every_connection_is_refused_in_the_end(
    bridge: Bridge,
) -> None:
    bridge.from_editor(request(3, "session/list"))

    for _ in range(6):
        lose(bridge)

    refused = taken(bridge.to_editor)
    assert [message["id"] for message in refused] == [3]
    assert "every time" in refused[0]["error"]["message"]


def test_giving_up_answers_all_that_waits_and_keeps_the_sessions(
    bridge: Bridge,
) -> None:
    bridge.from_editor(request(3, "session/list"))
    bridge.lost()

    bridge.give_up("away")
    bridge.give_up("away")

    assert [(m["id"], m["error"]["message"]) for m in bridge.to_editor] == [(3, "away")]
    bridge.connected()
    assert [message["method"] for message in bridge.to_server] == [
        "initialize",
        "session/resume",
    ]


def test_what_cannot_be_sent_is_answered(bridge: Bridge) -> None:
    ask = request(3, "session/list")
    bridge.from_editor(ask)

    bridge.drop(ask, "too large")
    bridge.drop({"method": "session/cancel"}, "too large")

    assert [message["error"]["message"] for message in bridge.to_editor] == [
        "too large"
    ]


def test_an_editor_that_asks_without_end_is_refused(bridge: Bridge) -> None:
    bridge.lost()

    for number in range(3, 1005):
        bridge.from_editor(request(number, "session/list"))

    assert [message["id"] for message in bridge.to_editor] == [1003, 1004]


def test_the_editors_own_words_about_us_are_kept(bridge: Bridge) -> None:
    meta = {"other": 1, "taskyard": {"messageId": "theirs"}}

    bridge.from_editor(
        request(3, "session/prompt", sessionId=SESSION, prompt=[], _meta=meta)
    )

    assert bridge.to_server[0]["params"]["_meta"] == meta
