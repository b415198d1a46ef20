"""Run the server: python3 -m backend [--port 8000] [--data notes.json]."""

import argparse
from pathlib import Path

from backend.server import make_server
from backend.store import NoteStore


def main() -> None:
    parser = argparse.ArgumentParser(prog="backend")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data", type=Path, default=Path("notes.json"))
    options = parser.parse_args()

    frontend = Path(__file__).resolve().parent.parent / "frontend"
    server = make_server(
        (options.host, options.port), NoteStore(options.data), frontend
    )
    print(f"Corkboard: http://{options.host}:{options.port}/", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
