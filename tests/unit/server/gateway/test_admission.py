"""One workspace cannot take the server's memory."""

from contextlib import ExitStack
from http import HTTPStatus
from uuid import uuid4

import pytest

from taskyard.server.gateway.admission import (
    MAX_BODY_BYTES,
    MAX_BYTES_AT_ONCE,
    MAX_REQUESTS_AT_ONCE,
    Admission,
)
from taskyard.server.gateway.exchange import Refused
from taskyard.server.gateway.keys import Caller


def _caller() -> Caller:
    return Caller(workspace_id=uuid4(), task_id=None)


def test_a_request_may_be_large_but_not_larger() -> None:
    with Admission().place(_caller()) as place:
        place.add(MAX_BODY_BYTES)
        with pytest.raises(Refused) as refused:
            place.add(1)

    assert refused.value.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert not refused.value.worth_retrying


def test_requests_of_one_workspace_share_their_bytes() -> None:
    admission, caller = Admission(), _caller()
    with ExitStack() as stack:
        for _ in range(MAX_BYTES_AT_ONCE // MAX_BODY_BYTES):
            stack.enter_context(admission.place(caller)).add(MAX_BODY_BYTES)
        last = stack.enter_context(admission.place(caller))
        with pytest.raises(Refused) as refused:
            last.add(1)

    assert refused.value.status == HTTPStatus.TOO_MANY_REQUESTS
    assert refused.value.worth_retrying


def test_another_workspace_has_its_own_room() -> None:
    admission, one = Admission(), _caller()
    with ExitStack() as stack:
        for _ in range(MAX_REQUESTS_AT_ONCE):
            stack.enter_context(admission.place(one))
        with pytest.raises(Refused), admission.place(one):
            pass

        with admission.place(_caller()) as place:
            place.add(1)


def test_a_place_is_given_back_when_its_request_ends() -> None:
    admission, caller = Admission(), _caller()
    for _ in range(3):
        with ExitStack() as stack:
            for _ in range(MAX_REQUESTS_AT_ONCE):
                stack.enter_context(admission.place(caller)).add(1)
