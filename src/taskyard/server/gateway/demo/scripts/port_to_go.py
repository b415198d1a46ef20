"""Rewrite the demo application's backend in Go, next to the Python one."""

from importlib import resources
from typing import Final

from taskyard.server.gateway.demo.outcomes import Outcome
from taskyard.server.gateway.demo.scripts.explore import (
    list_files,
    read_file,
    write_file,
)
from taskyard.server.gateway.demo.steps import Report, Run, Script

__all__ = ["port_to_go"]

_FOLDER: Final = "backend-go"
_READ: Final = ("README.md", "backend/server.py", "backend/store.py")
#: What tells that the project is the demo application, whose port this script holds.
_MARK: Final = "/api/notes"
_SOURCES: Final = (
    "go.mod",
    "store.go",
    "server.go",
    "main.go",
    "server_test.go",
    "README.md",
)
_NO_GO: Final = "go is not installed here"
#: Only this line counts as success: a command may also be sent to the background.
_PASSED: Final = "the Go backend compiles and its tests pass"
#: The first compilation of a home takes minutes on a busy machine.
_CHECK_SECONDS: Final = 600


def _source(name: str) -> str:
    folder = resources.files("taskyard.server.gateway.demo") / "assets" / _FOLDER
    return (folder / name).read_text(encoding="utf-8")


#: Read once, at import: a request must not wait for a disk.
_TEXTS: Final = {name: _source(name) for name in _SOURCES}


def port_to_go(prompt: str) -> Script:
    del prompt
    yield Report(
        state="working", summary="Reading the backend before rewriting it in Go"
    )
    files = yield from list_files("I'll read the backend that is there.")
    texts: list[str] = []
    for path in _READ:
        if path in files:
            text = yield from read_file(path)
            texts.append(text)

    if not any(_MARK in text for text in texts):
        yield Report(
            state="failure", summary="This backend is not the demo application's"
        )
        return (
            "I looked at the project, but I can't rewrite this backend: I am a script that "
            "holds a Go version of the demo application (Corkboard) only. A real model "
            "would take it from here."
        )

    for name, content in _TEXTS.items():
        written = yield from write_file(
            f"{_FOLDER}/{name}", content, files, _SAY.get(name, "")
        )
        if not written:
            yield Report(state="failure", summary=f"Could not write {_FOLDER}/{name}")
            return f"I could not write `{_FOLDER}/{name}`, so the Go backend is not complete."

    yield Report(state="working", summary="Compiling and testing the Go backend")
    check = yield Run(
        command=(
            f"if command -v go >/dev/null; then (cd {_FOLDER} && go test ./...) "
            f"&& echo '{_PASSED}'; else echo '{_NO_GO}'; fi"
        ),
        purpose="Compile and test the Go backend",
        say="Now I check it with the Go toolchain, if there is one.",
        seconds=_CHECK_SECONDS,
    )
    return (yield from _conclude(check))


_SAY: Final = {
    "go.mod": "The API is small: five addresses and one JSON file. I write it in Go now.",
    "server_test.go": "The same tests as for the Python backend, over real HTTP.",
}


def _conclude(check: Outcome) -> Script:
    if _NO_GO in check.text:
        verdict = (
            "**Not compiled:** Go is not installed in this workspace, so nothing here has "
            "run. Install Go 1.22 or newer and run `cd backend-go && go test ./...`."
        )
        summary = "Wrote the backend in Go; not compiled, as Go is not installed"
        state = "complete"
    elif check.is_unfinished:
        verdict = (
            "**Not checked yet:** compiling took too long and goes on in the background. "
            "Run `cd backend-go && go test ./...` to see the result."
        )
        summary = "Wrote the backend in Go; its check has not finished"
        state = "complete"
    elif check.failed or _PASSED not in check.text:
        verdict = f"**The check failed**, so don't use it yet:\n\n```\n{check.text.strip()}\n```"
        summary = "Wrote the backend in Go, but its check fails"
        state = "failure"
    else:
        verdict = f"It compiles, and its tests pass:\n\n```\n{check.text.strip()}\n```"
        summary = "Wrote the backend in Go; it compiles and its tests pass"
        state = "complete"

    yield Report(state=state, summary=summary)
    return (
        "I rewrote the backend in Go in `backend-go/`, with the same addresses, answers and "
        f"data file as the Python one. {verdict}\n\n"
        "Run it from the project's folder with `go run -C backend-go . --port 8001`. "
        "The Python backend is untouched and still serves the preview; "
        "remove `backend/` when you are happy with the new one."
    )
