"""Agents that speak ACP on their pipes and misbehave; one class a failure.

What they do in a turn is told by the prompt: see `acp_polite`.
"""

import os
import sys
import time
from typing import ClassVar, Final

from taskyard.testing.acp_polite import SESSIONS, Json, Polite, Refusal
from taskyard.testing.programs import named, override, program

__all__ = ["AGENTS", "command"]


def command(name: str) -> tuple[str, ...]:
    """The command line of an agent of this file."""
    return program(__name__, name)


class DiesAtOnce(Polite):
    """Cannot even start."""

    @override
    def serve(self) -> None:
        sys.stderr.write("Error: cannot find module 'left-pad'\n")
        sys.exit(3)


class Choosy(Polite):
    """Has options of its own, and forgets them when it ends."""

    def __init__(self) -> None:
        super().__init__()
        self.values: Json = {"mode": "default", "model": "small", "loud": False}

    @override
    def options(self) -> Json:
        choices = {
            "mode": ["default", "acceptEdits", "bypassPermissions"],
            "model": ["small", "large", "vendor/huge"],
        }
        options: list[Json] = [
            {
                "id": id_,
                "name": id_.title(),
                "category": id_,
                "type": "select",
                "currentValue": self.values[id_],
                "options": [{"value": v, "name": v.title()} for v in values],
            }
            for id_, values in choices.items()
        ]
        switch = {"id": "loud", "name": "Loud", "type": "boolean"}
        options.append({**switch, "currentValue": self.values["loud"]})
        return {"configOptions": options}

    @override
    def answer(self, method: str, params: Json) -> Json:
        if method != "session/set_config_option":
            return super().answer(method, params)
        if params["value"] in {"gigantic", "huge"}:
            raise Refusal(-32602, "no such model")
        self.values[params["configId"]] = params["value"]
        return self.options()

    @override
    def do_say(self, rest: str) -> None:
        super().do_say(rest.upper() if self.values["loud"] else rest)


class Unfolding(Choosy):
    """Offers how hard it thinks with its large model only, and anew with each choice."""

    def __init__(self) -> None:
        super().__init__()
        self.values["effort"] = "low"

    @override
    def options(self) -> Json:
        told = super().options()
        if self.values["model"] == "large":
            efforts = [{"value": v, "name": v} for v in ("low", "high")]
            effort = {"id": "effort", "name": "Effort", "type": "select"}
            now = self.values["effort"]
            told["configOptions"].append(
                {**effort, "currentValue": now, "options": efforts}
            )
        return told


class TwoModels(Polite):
    """Tells its models in the older form, with a method of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.model = "one"

    @override
    def options(self) -> Json:
        models = [{"modelId": m, "name": m} for m in ("one", "two")]
        state = {"currentModelId": self.model, "availableModels": models}
        return {**super().options(), "models": state}

    @override
    def answer(self, method: str, params: Json) -> Json:
        if method != "session/set_model":
            return super().answer(method, params)
        self.model = params["modelId"]
        return {}


class OldProtocol(Polite):
    """Speaks a version of the protocol that nobody speaks any more."""

    version = 0


class RefusesSessions(Polite):
    """Greets, then fails to open a session."""

    @override
    def new(self, params: Json) -> Json:
        raise Refusal(-32603, f"no space for a session in {params['cwd']}")


class WantsLogin(Polite):
    """Opens sessions only when its user has logged in (the file ~/.logged-in exists)."""

    @override
    def initialize(self, params: Json) -> Json:
        return {
            **super().initialize(params),
            "authMethods": [{"id": "oauth", "name": "Sign in"}],
        }

    @override
    def new(self, params: Json) -> Json:
        if not (SESSIONS.parent / ".logged-in").exists():
            raise Refusal(-32000, "Authentication required")
        return super().new(params)


class ForgetsSessions(Polite):
    """Says that it can resume, then knows nothing of the session."""

    @override
    def resume(self, params: Json) -> Json:
        raise Refusal(-32002, f"Resource not found: {params['sessionId']}")


class CannotResume(Polite):
    """Has no way to resume."""

    capabilities: ClassVar[Json] = {}


class LoadsOnly(Polite):
    """Resumes by telling the whole conversation again."""

    capabilities: ClassVar[Json] = {"loadSession": True}


class DeafToCancel(Polite):
    """Goes on with its turn whatever it is told."""

    @override
    def do_wait(self, _rest: str) -> None:
        for message in iter(self.read_more, None):
            if message.get("method") != "session/cancel":
                self.act(message)


class IgnoresEnd(Polite):
    """Does not end when its input does, nor when it is asked to."""

    @override
    def serve(self) -> None:
        import signal  # noqa: PLC0415 - this one only

        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        super().serve()
        while True:
            time.sleep(60)  # noqa: TID251 - a process of its own


class DiesOften(Polite):
    """Ends right after every start."""

    @override
    def options(self) -> Json:
        if os.fork() == 0:
            time.sleep(0.05)  # noqa: TID251 - a process of its own
            os.kill(os.getppid(), 9)
            os._exit(0)
        return super().options()


AGENTS: Final = named(
    Polite,
    DiesAtOnce,
    Choosy,
    Unfolding,
    TwoModels,
    OldProtocol,
    RefusesSessions,
    WantsLogin,
    ForgetsSessions,
    CannotResume,
    LoadsOnly,
    DeafToCancel,
    IgnoresEnd,
    DiesOften,
)
