"""The API, asked over real HTTP."""

import json
import tempfile
import threading
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from backend.server import make_server
from backend.store import NoteStore

FRONTEND = Path(__file__).resolve().parent.parent / "frontend"


class ServerTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.data = Path(folder.name) / "notes.json"
        self.server = make_server(("127.0.0.1", 0), NoteStore(self.data), FRONTEND)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        # A proxy in the environment is for the world, not for loopback.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def call(self, method: str, path: str, body: object = None) -> tuple[int, str]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.server.server_port}{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
        )
        try:
            with self.opener.open(request) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def notes(self) -> list[dict]:
        return json.loads(self.call("GET", "/api/notes")[1])["notes"]

    def test_a_note_is_pinned_ticked_off_and_taken_down(self) -> None:
        status, _ = self.call("POST", "/api/notes", {"text": "buy cork"})
        self.assertEqual(status, 201)
        self.assertEqual(self.notes(), [{"id": 1, "text": "buy cork", "done": False}])

        self.assertEqual(self.call("PATCH", "/api/notes/1", {"done": True})[0], 200)
        self.assertTrue(self.notes()[0]["done"])

        self.assertEqual(self.call("DELETE", "/api/notes/1")[0], 204)
        self.assertEqual(self.notes(), [])

    def test_an_empty_note_is_refused(self) -> None:
        status, text = self.call("POST", "/api/notes", {"text": "  "})

        self.assertEqual(status, 400)
        self.assertIn("1 to 200", text)

    def test_a_note_that_is_not_there_is_not_found(self) -> None:
        self.assertEqual(self.call("DELETE", "/api/notes/7")[0], 404)
        self.assertEqual(self.call("PATCH", "/api/notes/7", {"done": True})[0], 404)

    def test_notes_survive_a_restart(self) -> None:
        self.call("POST", "/api/notes", {"text": "still here"})

        self.assertEqual(NoteStore(self.data).all()[0].text, "still here")

    def test_the_page_is_served_and_nothing_outside_the_frontend(self) -> None:
        self.assertIn("<title>Corkboard</title>", self.call("GET", "/")[1])
        self.assertEqual(self.call("GET", "/../backend/store.py")[0], 404)


if __name__ == "__main__":
    unittest.main()
