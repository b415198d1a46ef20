"""HTTP: the notes API under /api/, and the files of the front end."""

import json
import mimetypes
import re
from dataclasses import asdict
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from backend.store import InvalidNote, NoteStore

MAX_BODY = 64 * 1024
NOTE_PATH = re.compile(r"/api/notes/(\d+)")


def make_server(
    address: tuple[str, int], store: NoteStore, frontend: Path
) -> ThreadingHTTPServer:
    """A server that is bound but does not serve yet; port 0 picks a free one."""

    class Handler(NotesHandler):
        pass

    Handler.store = store
    Handler.frontend = frontend
    return ThreadingHTTPServer(address, Handler)


class NotesHandler(BaseHTTPRequestHandler):
    store: NoteStore
    frontend: Path

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/api/health":
            self.answer(HTTPStatus.OK, {"status": "ok"})
        elif path == "/api/notes":
            notes = [asdict(note) for note in self.store.all()]
            self.answer(HTTPStatus.OK, {"notes": notes})
        elif path.startswith("/api/"):
            self.problem(HTTPStatus.NOT_FOUND, "no such address")
        else:
            self.answer_file(path)

    def do_POST(self) -> None:
        if self.path != "/api/notes":
            self.problem(HTTPStatus.NOT_FOUND, "no such address")
            return

        body = self.body()
        try:
            note = self.store.add(str(body.get("text", "")))
        except InvalidNote as error:
            self.problem(HTTPStatus.BAD_REQUEST, str(error))
            return

        self.answer(HTTPStatus.CREATED, asdict(note))

    def do_PATCH(self) -> None:
        match = NOTE_PATH.fullmatch(self.path)
        done = self.body().get("done")
        if match is None:
            self.problem(HTTPStatus.NOT_FOUND, "no such address")
        elif not isinstance(done, bool):
            self.problem(HTTPStatus.BAD_REQUEST, "done must be true or false")
        elif (note := self.store.set_done(int(match[1]), done)) is None:
            self.problem(HTTPStatus.NOT_FOUND, "no such note")
        else:
            self.answer(HTTPStatus.OK, asdict(note))

    def do_DELETE(self) -> None:
        match = NOTE_PATH.fullmatch(self.path)
        if match is None or not self.store.remove(int(match[1])):
            self.problem(HTTPStatus.NOT_FOUND, "no such note")
        else:
            self.answer(HTTPStatus.NO_CONTENT, None)

    def body(self) -> dict[str, Any]:
        """The request's JSON object; anything else counts as an empty one."""
        length = min(int(self.headers.get("Content-Length") or 0), MAX_BODY)
        try:
            document = json.loads(self.rfile.read(length) or b"{}")
        except ValueError:
            return {}

        return document if isinstance(document, dict) else {}

    def answer_file(self, path: str) -> None:
        root = self.frontend.resolve()
        file = (root / (path.lstrip("/") or "index.html")).resolve()
        if not file.is_relative_to(root) or not file.is_file():
            self.problem(HTTPStatus.NOT_FOUND, "no such page")
            return

        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        self.send(HTTPStatus.OK, file.read_bytes(), kind)

    def answer(self, status: HTTPStatus, document: object) -> None:
        body = b"" if document is None else json.dumps(document).encode()
        self.send(status, body, "application/json")

    def problem(self, status: HTTPStatus, detail: str) -> None:
        self.answer(status, {"error": detail})

    def send(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        # Edits of the front end show at the next reload.
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        print(f"{self.command} {self.path} {args[1] if len(args) > 1 else ''}")
