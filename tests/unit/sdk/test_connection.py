"""Requests, retries and refusals, on a network that a test owns."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from pydantic import SecretStr

from taskyard.kit.errors import Conflict, InvalidRequest, TaskyardError, Unauthenticated
from taskyard.protocol.api.tasks import CreateTask, Task
from taskyard.protocol.api.users import Login
from taskyard.sdk import Client, Retry, ServerFailed, ServerUnreachable
from tests.support import wire

pytestmark = pytest.mark.asyncio

Handler = Callable[[httpx.Request], httpx.Response]


def client(handler: Handler, *, pauses: list[float] | None = None) -> Client:
    async def sleep(seconds: float) -> None:
        (pauses if pauses is not None else []).append(seconds)

    return Client(
        "http://server",
        "secret",
        transport=httpx.MockTransport(handler),
        retry=Retry(sleep=sleep),
    )


async def test_a_request_carries_the_token_and_the_secrets_of_its_body() -> None:
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json={"session_token": "fresh"})

    async with client(handle) as connected:
        token = await connected.users.login(
            Login(email="ada", password=SecretStr("words"))
        )

    assert token == "fresh"
    assert seen[0].headers["coder-session-token"] == "secret"
    assert seen[0].content == b'{"email":"ada","password":"words"}'


async def test_a_refusal_is_of_the_class_of_its_status_with_the_servers_code() -> None:
    body = {
        "message": "Task is paused.",
        "detail": "Resume it.",
        "validations": [{"field": "input", "detail": "is empty"}],
        "code": "task_not_active",
    }

    async with client(lambda _: httpx.Response(409, json=body)) as connected:
        with pytest.raises(Conflict) as caught:
            await connected.tasks.pause("me", "fix")

    assert caught.value.code == "task_not_active"
    assert (caught.value.message, caught.value.detail) == (
        "Task is paused.",
        "Resume it.",
    )
    assert caught.value.validations[0].field == "input"


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, Unauthenticated), (418, InvalidRequest), (500, ServerFailed)],
)
async def test_every_status_has_a_class(status: int, kind: type[TaskyardError]) -> None:
    answer = httpx.Response(status, json={"message": "no", "code": "Odd Code!"})

    async with client(lambda _: answer) as connected:
        with pytest.raises(kind, match="no"):
            await connected.users.me()


async def test_an_answer_that_is_not_taskyards_is_said_to_be_foreign() -> None:
    page = httpx.Response(502, html="<h1>Bad gateway</h1>")

    async with client(lambda _: page) as connected:
        with pytest.raises(ServerUnreachable) as caught:
            await connected.users.me()

    assert "502" in caught.value.detail


async def test_an_answer_in_an_unknown_form_is_the_servers_failure() -> None:
    async with client(lambda _: httpx.Response(200, json={"id": 1})) as connected:
        with pytest.raises(ServerFailed) as caught:
            await connected.users.me()

    assert "GET /api/v2/users/me" in caught.value.detail


async def test_reading_is_tried_again_with_growing_pauses() -> None:
    answers = iter(
        [
            httpx.Response(503, json={"message": "starting"}),
            httpx.ReadError("reset"),
            httpx.Response(200, content=wire.user().model_dump_json()),
        ]
    )
    pauses: list[float] = []

    async with client(_in_turn(answers), pauses=pauses) as connected:
        me = await connected.users.me()

    assert me.username == "ada"
    assert 0.1 <= pauses[0] <= 0.2 <= pauses[1] <= 0.4


async def test_a_change_that_may_have_arrived_is_not_sent_twice() -> None:
    sent: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        raise httpx.ReadError("reset")

    async with client(handle) as connected:
        with pytest.raises(ServerUnreachable):
            await connected.tasks.delete("me", "fix")

    assert len(sent) == 1


async def test_a_change_that_never_left_is_tried_again() -> None:
    task = wire.task()
    answers = iter(
        [
            httpx.ConnectError("refused"),
            httpx.Response(201, content=task.model_dump_json()),
        ]
    )
    body = CreateTask(template_version_id=task.template_version_id, input="go")

    async with client(_in_turn(answers)) as connected:
        made = await connected.tasks.create(body)

    assert isinstance(made, Task)
    assert made.id == task.id


async def test_a_server_that_never_answers_is_unreachable_after_three_tries() -> None:
    tries: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        tries.append(request)
        raise httpx.ConnectError("refused")

    async with client(handle) as connected:
        with pytest.raises(ServerUnreachable, match="http://server does not answer"):
            await connected.users.me()

    assert len(tries) == 3


@pytest.mark.parametrize(
    "name",
    [
        "..",
        "../../users/ada",
        "fix?force=1",
        "fix#top",
        "fix\nit",
        "\ud800",
        "x" * 70000,
    ],
    ids=["up", "elsewhere", "query", "fragment", "line", "surrogate", "endless"],
)
async def test_a_name_that_would_lead_elsewhere_is_not_asked_for(name: str) -> None:
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(204)

    async with client(handle) as connected:
        with pytest.raises(InvalidRequest, match="no such name"):
            await connected.tasks.delete("me", name)

    assert asked == []


async def test_a_name_is_asked_for_below_the_path_of_a_proxy() -> None:
    asked: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path.decode())
        return httpx.Response(204)

    transport = httpx.MockTransport(handle)
    async with Client("https://proxy/taskyard", transport=transport) as connected:
        await connected.tasks.delete("me", "größer als")

    assert asked == ["/taskyard/api/v2/tasks/me/gr%C3%B6%C3%9Fer%20als"]


def _in_turn(answers: Iterator[httpx.Response | Exception]) -> Handler:
    def handle(_: httpx.Request) -> httpx.Response:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return handle
