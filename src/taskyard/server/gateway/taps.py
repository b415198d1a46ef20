"""Taps for the protocols of OpenAI and Google: see `usage` for the one of Anthropic."""

from typing import Any

from typing_extensions import override

from taskyard.kit.shapes import as_object, as_objects
from taskyard.server.gateway.usage import Tap, Usage, numbers

__all__ = ["GeminiTap", "OpenAiTap"]


class OpenAiTap(Tap):
    """Reads Chat Completions and Responses; both say everything in one last event."""

    marker = b'"usage"'

    def __init__(self) -> None:
        super().__init__()
        self._usage: Usage | None = None

    @override
    def _take(self, event: dict[str, Any]) -> None:
        answer = as_object(event.get("response")) or event
        told = as_object(answer.get("usage"))
        counts = numbers(told)
        if not counts:
            return  # `"usage": null` is in every event but the last

        spoken = "input" if "input_tokens" in counts else "prompt"
        written = "output" if spoken == "input" else "completion"
        details = numbers(told.get(f"{spoken}_tokens_details"))
        cached = details.get("cached_tokens", 0)
        self._usage = Usage(
            model=str(answer.get("model") or ""),
            protocol="openai",
            input_tokens=max(0, counts.get(f"{spoken}_tokens", 0) - cached),
            cache_read_tokens=cached,
            output_tokens=counts.get(f"{written}_tokens", 0),
        )

    @override
    def _found(self) -> Usage | None:
        return self._usage


class GeminiTap(Tap):
    """Every chunk repeats the counts so far; the last one wins."""

    marker = b'"usageMetadata"'

    def __init__(self) -> None:
        super().__init__()
        self._model = ""
        self._counts: dict[str, int] = {}
        self._finished = False

    @override
    def _take(self, event: dict[str, Any]) -> None:
        self._counts |= numbers(event.get("usageMetadata"))
        self._model = str(event.get("modelVersion") or self._model)
        candidates = as_objects(event.get("candidates"))
        self._finished |= any(c.get("finishReason") for c in candidates)

    @override
    def _found(self) -> Usage | None:
        if not self._counts:
            return None
        counts = self._counts
        cached = counts.get("cachedContentTokenCount", 0)
        asked = counts.get("promptTokenCount", 0) - cached
        return Usage(
            model=self._model,
            protocol="gemini",
            input_tokens=max(0, asked) + counts.get("toolUsePromptTokenCount", 0),
            cache_read_tokens=cached,
            # What was thought is not among what was said.
            output_tokens=counts.get("candidatesTokenCount", 0)
            + counts.get("thoughtsTokenCount", 0),
            exact=self._finished,
        )
