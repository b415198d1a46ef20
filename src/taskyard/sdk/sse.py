"""Server-sent events, as bytes come in."""

from collections.abc import AsyncGenerator, AsyncIterable
from dataclasses import dataclass

__all__ = ["ServerSentEvent", "decode"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSentEvent:
    event: str = "message"
    data: str = ""
    id: str = ""


async def decode(lines: AsyncIterable[str]) -> AsyncGenerator[ServerSentEvent]:
    """Whole events out of `lines` (without line ends); comments are left out.

    An event cut off by the end of the stream is dropped, as the standard says.
    """
    event, data, last_id = "", list[str](), ""
    async for line in lines:
        if not line:
            if data:
                yield ServerSentEvent(
                    event=event or "message", data="\n".join(data), id=last_id
                )
            event, data = "", []
            continue

        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "event":
                event = value
            case "data":
                data.append(value)
            case "id":
                last_id = value
            case _:  # a comment, or a field that we do not use
                pass
