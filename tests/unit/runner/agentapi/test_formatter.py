"""The formatter on screens of every agent: what was said comes back, and nothing else.

Screens are put together at random, each from its seed, so that a failure can be repeated.
"""

import random
from collections.abc import Iterator
from typing import Final

import pytest

from taskyard.runner.agentapi import format_agent_message, format_tool_call
from taskyard.runner.agentapi.messages.echo import without_echo
from tests.unit.runner.agentapi.screens import BOXES, ECHOES

AGENTS: Final = (
    *("claude", "goose", "aider", "codex", "gemini", "copilot", "amp", "cursor"),
    *("auggie", "amazonq", "opencode", "custom"),
)
ROUNDS: Final = 150

SENTENCES: Final = (
    "fix the failing test in src/app.py, then run everything again please",
    "hi",
    "Welche Datei enthält das? Größe und Übergänge prüfen",
    "日本語のテストを修正してください。それから全部のテストを実行して結果を教えてください。",
    "ship it 🚀🚀 and tell me ❤️ what changed 👩‍💻",
    "if a > b then swap them, else leave <div> alone",
    "/review --all",
)
CODE: Final = """Which file is this from?

```ts
// Set up polling
useEffect(() => {
  const timer = setInterval(fetchMessages, 1000);
  return () => clearInterval(timer);
}, []);
```"""
INPUTS: Final = (*SENTENCES, CODE, f"{SENTENCES[0]}\n\n{SENTENCES[3]}\nthanks")
#: What an answer may hold and a careless reader takes for something else.
WORDS: Final = (
    *(
        "● Done.",
        "● I changed two files:",
        "  <div>",
        "    <p>hi</p>",
        "  </div>",
        "a > b",
    ),
    *(
        "> a quotation",
        ">",
        "  return x >= y;",
        "❯ cat notes.txt",
        "› Settings › General",
    ),
    *(
        "  1. Yes",
        "  2. No",
        "❯ 1. first",
        "* item",
        "  - [ ] todo",
        "```",
        "$ make test",
    ),
    *(
        "│ a    │ > 5  │",
        "50% left · of it",
        "esc to interrupt is a key",
        "…",
        "  ⎿  ok",
    ),
    *("日本語の答え", "🚀 launched", "~/src   a folder", "(1x)", "hi there", "fix the"),
    *(
        "Type your message",
        "  ? for shortcuts",
        "┃ quoted",
        "user",
        "Thanks for reporting!",
    ),
    *("", "", ""),
)


def answers(agent: str) -> Iterator[tuple[random.Random, str]]:
    for seed in range(ROUNDS):
        chance = random.Random(f"{agent} {seed}")  # noqa: S311 - repeatable
        lines = [chance.choice(WORDS) for _ in range(chance.randint(1, 25))]
        # An answer that an agent gives begins with a sign or words of its own.
        yield chance, "\n".join(["● So:", *lines, "● That is all."])


@pytest.mark.parametrize("agent", [a for a in AGENTS if a != "codex"])
def test_an_answer_comes_back_as_it_was_said(agent: str) -> None:
    for chance, answer in answers(agent):
        sent = chance.choice(INPUTS)
        width = chance.choice((67, 80, 120))
        echo = chance.choice(ECHOES[agent])(sent, width)
        box = chance.choice(BOXES[agent])(width)
        above, below = [""] * chance.randint(0, 2), [""] * chance.randint(0, 3)
        screen = "\n".join([*above, *echo, "", *answer.split("\n"), "", *box, *below])

        said = format_agent_message(agent, screen, sent)

        assert said == answer, screen


@pytest.mark.parametrize("agent", ["claude", "codex", "gemini"])
def test_words_that_were_added_to_a_turn_are_taken_out_of_its_answer(
    agent: str,
) -> None:
    for chance, answer in answers(agent):
        sent = chance.choice([*SENTENCES, f"{SENTENCES[0]}\n{SENTENCES[2]}"])
        lines, width = answer.split("\n"), chance.choice((67, 80, 120))
        place = chance.randint(1, len(lines))
        echo = ["", *chance.choice(ECHOES[agent])(sent, width), ""]
        screen = "\n".join([*lines[:place], *echo, *lines[place:]])

        said = without_echo(agent, screen, sent)

        assert _words(said) == _words(answer), screen


def test_codex_keeps_the_status_line_that_its_clients_know() -> None:
    for chance, answer in answers("codex"):
        sent, width = chance.choice(INPUTS), chance.choice((67, 80, 120))
        echo = ECHOES["codex"][0](sent, width)
        screen = [
            *echo,
            "",
            answer,
            "",
            "› Ask Codex to do anything",
            "",
            "  m · 9% left",
        ]

        said = format_agent_message("codex", "\n".join(screen), sent)
        hinted = format_agent_message(
            "codex", "\n".join([*screen, "  ? for help"]), sent
        )

        assert said == f"{answer}\n\n  m · 9% left"
        assert hinted == answer


@pytest.mark.parametrize("agent", AGENTS)
def test_an_answer_alone_stays_whole(agent: str) -> None:
    for chance, answer in answers(agent):
        assert format_agent_message(agent, answer, chance.choice(INPUTS)) == answer


@pytest.mark.parametrize("agent", [*AGENTS, "", "no such agent", "claude-code"])
def test_nothing_that_a_screen_may_hold_makes_it_fail(agent: str) -> None:
    pieces = (
        *WORDS,
        *INPUTS,
        "\x00",
        "\x1b[31m",
        "\ud800",
        "─" * 40,
        "╭",
        "╯",
        "\r",
        "\t",
    )
    for seed in range(ROUNDS):
        chance = random.Random(seed)  # noqa: S311 - repeatable
        screen = "".join(
            chance.choice(pieces) + chance.choice(("", "\n", " "))
            for _ in range(chance.randint(0, 60))
        )
        sent = "".join(chance.choices(pieces, k=chance.randint(0, 4)))

        said = format_agent_message(agent, screen, sent)
        text, calls = format_tool_call(agent, said)

        assert said in screen or said == "Welcome to Amp" or agent == "codex"
        assert text == said or calls


CALLS: Final = {
    "claude": (
        '● coder - coder_report_task (MCP)(summary: "Need {n} on\n'
        '                                 the task", state: "working")\n'
        "  ⎿  {\n"
        '       "message": "Thanks for reporting!"\n'
        "     }"
    ),
    "codex": (
        '• Called\n  └ Coder.coder_report_task({"state":"working",\n'
        '        "summary":"Status {n}"})\n'
        '    {"message": "Thanks for reporting!"}'
    ),
    "copilot": '● coder_report_task: Status {n}\n  └ {"message":"Thanks for reporting!"}',
}


@pytest.mark.parametrize("agent", list(CALLS))
def test_report_calls_go_and_come_back_newest_first(agent: str) -> None:
    for chance, answer in answers(agent):
        lines = answer.split("\n")
        calls = [
            CALLS[agent].replace("{n}", str(n)) for n in range(chance.randint(1, 4))
        ]
        places = sorted(chance.choices(range(len(lines) + 1), k=len(calls)))
        for place, call in reversed(list(zip(places, calls, strict=True))):
            lines.insert(place, call)

        text, taken = format_tool_call(agent, "\n".join(lines))

        assert [call.rstrip() for call in taken] == calls[::-1]
        assert _words(text) == _words(answer)


@pytest.mark.parametrize("agent", list(CALLS))
def test_a_call_that_is_shown_in_part_stays(agent: str) -> None:
    call = CALLS[agent]
    for end in range(len(call)):
        text = f"● Before.\n\n{call[:end]}"

        assert format_tool_call(agent, text) == (text, [])

    spoiled = f"{call.replace('Thanks', 'No thanks')}\n\n● After."
    assert format_tool_call(agent, spoiled) == (spoiled, [])


def test_a_whole_call_behind_a_broken_one_goes_alone() -> None:
    call = CALLS["claude"]
    broken = "\n".join(call.split("\n")[:2])

    text, calls = format_tool_call("claude", f"{broken}\n{call}\n● After.")

    assert text == f"{broken}\n● After."
    assert calls == [call]


def test_calls_of_our_own_report_tool_go_as_well() -> None:
    claude = CALLS["claude"].replace(
        "coder - coder_report_task", "taskyard - report_task"
    )
    codex = (
        '• Called taskyard.report_task({"state":"working"})\n'
        '  └ {"message": "Thanks for reporting!"}'
    )

    assert format_tool_call("claude", f"{claude}\n● ok") == ("● ok", [claude])
    assert format_tool_call("codex", f"{codex}\n\n• ok") == ("• ok", [f"{codex}\n"])


@pytest.mark.parametrize("agent", ["goose", "aider", "gemini", "amp", "custom", "x"])
def test_other_agents_show_no_calls_that_could_be_told_apart(agent: str) -> None:
    text = CALLS["claude"]

    assert format_tool_call(agent, text) == (text, [])


def _words(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]
