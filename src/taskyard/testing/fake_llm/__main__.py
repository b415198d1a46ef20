"""Serve the fake on loopback: python -m taskyard.testing.fake_llm --port 4010."""

import argparse
import json
from pathlib import Path

import uvicorn

from taskyard.testing.fake_llm.app import FakeLlm


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m taskyard.testing.fake_llm")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=4010)
    parser.add_argument("--scenario", type=Path, help="JSON file with rules")
    parser.add_argument("--chunk-delay", type=float, default=0.0)
    options = parser.parse_args()

    scenario = json.loads(options.scenario.read_text()) if options.scenario else None
    fake = FakeLlm(scenario, chunk_delay=options.chunk_delay)
    uvicorn.run(fake.app, host=options.host, port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
