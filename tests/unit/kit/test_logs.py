from typing import Any

import pytest

from taskyard.kit.logs import mask

TOKEN = "0123456789-abcdefghijklmnopqrstuv"


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"token": "anything"}, {"token": "***"}),
        ({"session_token": "anything"}, {"session_token": "***"}),
        ({"api_key": "anything"}, {"api_key": "***"}),
        ({"Authorization": "Bearer x"}, {"Authorization": "***"}),
        ({"password": None}, {"password": None}),
        ({"headers": {"cookie": "a=b"}}, {"headers": {"cookie": "***"}}),
        ({"event": f"got {TOKEN}"}, {"event": "got ***"}),
        ({"list": [TOKEN, "x"]}, {"list": ["***", "x"]}),
        ({"exception": "key sk-ant-0123456789abcdef0123"}, {"exception": "key ***"}),
        (
            {"url": "postgresql://user:pass@host/db"},
            {"url": "postgresql://***@host/db"},
        ),
        (
            {"path": "/x?coder_session_token=abcdefgh1"},
            {"path": "/x?coder_session_token=***"},
        ),
        (
            {"event": "provisioner tyk-prov-0123456789abcdefghij"},
            {"event": "provisioner ***"},
        ),
        ({"keys": 3, "monkey": "banana"}, {"keys": 3, "monkey": "banana"}),
        (
            {"id": "4f75efd9-3330-40ef-a4e2-232d63685441"},
            {"id": "4f75efd9-3330-40ef-a4e2-232d63685441"},
        ),
    ],
)
def test_secrets_are_hidden_by_name_and_by_form(
    event: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert mask(None, "info", event) == expected
