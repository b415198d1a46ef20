"""What comes of a step is read alike, whatever an agent puts around it."""

import pytest

from taskyard.server.gateway.demo.asked import Result
from taskyard.server.gateway.demo.outcomes import Outcome, outcome_of

CODEX = "Chunk ID: a1\nWall time: 0.1 seconds\nProcess exited with code {}\nOriginal token count: 1\nOutput:\n{}"
PROGRAM = 'Script completed\nWall time 0.1 seconds\nOutput:\n\n{{"wall_time_seconds":0.1,"exit_code":{},"output":"{}"}}'
QWEN = "Command: x\nDirectory: (root)\nOutput: {1}\nError: (none)\nExit Code: {0}\nSignal: (none)\nProcess Group PGID: 7"
GEMINI = "<untrusted_context>\nOutput: {1}\nExit Code: {0}\nProcess Group PGID: 7\n</untrusted_context>"
COPILOT = "{1}\n<shellId: 0 completed with exit code {0}>"


@pytest.mark.parametrize(
    "around", [CODEX, PROGRAM, QWEN, GEMINI, COPILOT], ids=["codex", "codex program", "qwen", "gemini", "copilot"]
)  # fmt: skip
@pytest.mark.parametrize("code", [0, 3])
def test_a_command_is_what_it_printed_and_how_it_ended(around: str, code: int) -> None:
    result = Result(call_id="1", text=around.format(code, "README.md"))

    assert outcome_of(result) == Outcome(text="README.md", failed=code != 0)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("plain words", Outcome(text="plain words")),
        (
            "<untrusted_context>\nOutput: (empty)\nProcess Group PGID: 7\n</untrusted_context>",
            Outcome(text=""),
        ),
        ("<untrusted_context>\nfrom a tool\n</untrusted_context>", Outcome(text="from a tool\n")),
        ("(no output)", Outcome(text="")),
        ("(Bash completed with no output)", Outcome(text="")),
        (
            "<path>/a</path>\n<type>file</type>\n<content>\n1: one\n2:   two\n\n(End of file - total 2 lines)\n</content>",
            Outcome(text="one\n  two\n"),
        ),
        (
            'Wall time: 0.1 seconds\nOutput:\n{"message": "Thanks"}',
            Outcome(text='{"message": "Thanks"}'),
        ),
    ],
)  # fmt: skip
def test_wrappings_are_taken_off(text: str, outcome: Outcome) -> None:
    assert outcome_of(Result(call_id="1", text=text)) == outcome


@pytest.mark.parametrize(
    "text",
    [
        "File not found: /a",
        "Path /a does not exist. Please provide a valid path.",
        "Parent directory /a does not exist. You need to create it.",
        "Error: no such tool",
        "File path must be absolute, but was relative: a",
    ],
)
def test_where_the_protocol_does_not_say_it_words_tell_a_failure(text: str) -> None:
    assert outcome_of(Result(call_id="1", text=text)).failed
    assert not outcome_of(Result(call_id="1", text=text, failed=False)).failed


@pytest.mark.parametrize(
    "text",
    [
        "Command running in background with ID: 7",
        "Chunk ID: a\nWall time: 30 seconds\nProcess running with session ID 7\nOutput:\n",
    ],
)
def test_a_command_that_goes_on_is_not_finished(text: str) -> None:
    assert outcome_of(Result(call_id="1", text=text)).is_unfinished
