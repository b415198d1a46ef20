"""A small chat page for whoever opens the app's URL: one file, no network but this API."""

from http import HTTPStatus
from typing import Final

from taskyard.runner.agentapi.http import Response

__all__ = ["chat_page"]

_POLICY: Final = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "connect-src 'self'"
)
_HEADERS: Final = [
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", "no-store"),
    ("content-security-policy", _POLICY),
]

# The API is where the page's path up to "/chat" points, so it works behind any prefix.
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Agent chat</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { margin: 0; display: flex; flex-direction: column; height: 100vh }
main { flex: 1; overflow: auto; padding: 1rem; max-width: 52rem; width: 100%;
  margin: 0 auto; box-sizing: border-box }
article { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0 0 1rem }
article.user { margin-left: 3rem; padding: .5rem .75rem; border-radius: .5rem;
  background: color-mix(in srgb, CanvasText 8%, Canvas) }
form { display: flex; gap: .5rem; padding: .75rem 1rem; max-width: 52rem; width: 100%;
  margin: 0 auto; box-sizing: border-box }
textarea { flex: 1; font: inherit; min-height: 2.5rem; resize: vertical }
button[aria-pressed=true] { outline: 2px solid Highlight }
#status { padding: .25rem 1rem; font-size: .85rem; opacity: .75; text-align: center }
</style></head><body>
<main aria-live="polite"></main><div id="status" role="status">Connecting…</div>
<form><textarea name="text" aria-label="Message" placeholder="Message to the agent"></textarea>
<button type="button" id="keys" aria-pressed="false"
  title="Type into the agent: menus, arrows, Escape, Ctrl-C">Keys</button>
<button>Send</button></form>
<script>
const base = new URL(location.pathname.replace(/\\/chat(\\/.*)?$/, "/"), location.origin);
const list = document.querySelector("main"), status = document.querySelector("#status");
const form = document.querySelector("form"), box = form.elements.text, shown = new Map();
const mode = document.querySelector("#keys"), typed = { ArrowUp: "\\x1b[A", ArrowDown: "\\x1b[B",
  ArrowRight: "\\x1b[C", ArrowLeft: "\\x1b[D", Escape: "\\x1b", Enter: "\\r", Tab: "\\t",
  Backspace: "\\b", Delete: "\\x1b[3~", Home: "\\x1b[H", End: "\\x1b[F", PageUp: "\\x1b[5~",
  PageDown: "\\x1b[6~" };
const events = new EventSource(new URL("events", base));
events.addEventListener("message_update", e => {
  const m = JSON.parse(e.data); let row = shown.get(m.id);
  const low = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  if (!row) { row = document.createElement("article"); row.className = m.role;
    list.append(row); shown.set(m.id, row); }
  row.textContent = m.message; if (low) list.scrollTop = list.scrollHeight;
});
events.addEventListener("status_change", e => {
  const s = JSON.parse(e.data);
  status.textContent = s.agent_type + (s.status === "stable" ? " waits for you" : " is working");
});
events.onerror = () => { status.textContent = "Connection lost, trying again…"; };
async function post(content, type) {
  let why;
  try {
    const answer = await fetch(new URL("message", base), { method: "POST",
      headers: { "content-type": "application/json" }, body: JSON.stringify({ content, type }) });
    if (answer.ok) return true;
    why = await answer.json();
  } catch (error) { why = { detail: `Not sent: ${error.message}` }; }
  status.textContent = (why.errors && why.errors[0].message) || why.detail;
}
let last = Promise.resolve();  // keys arrive in the order in which they were pressed
function press(e) {
  const control = e.ctrlKey && e.key === "c" ? "\\x03" : "";
  const plain = e.key.length === 1 && !e.ctrlKey && !e.altKey && !e.metaKey ? e.key : "";
  const key = control || (e.shiftKey && e.key === "Tab" ? "" : typed[e.key]) || plain;
  if (key) { e.preventDefault(); last = last.then(() => post(key, "raw")); }
}
mode.addEventListener("click", () => {
  const on = mode.getAttribute("aria-pressed") !== "true";
  mode.setAttribute("aria-pressed", on); box.readOnly = on; box.focus();
  box.placeholder = on ? "Keys go to the agent as you press them" : "Message to the agent";
});
form.addEventListener("submit", async e => {
  e.preventDefault(); const content = box.value.trim();
  if (content && await post(content, "user")) box.value = "";
});
box.addEventListener("keydown", e => {
  if (box.readOnly) press(e);
  else if (e.key === "Enter" && !e.shiftKey) { e.preventDefault(); form.requestSubmit(); }
});
</script></body></html>
"""


def chat_page(path: str) -> Response:
    """The page at `/chat` and `/chat/embed`; anything else below it is not there."""
    known = path in {"/chat", "/chat/embed"}
    return Response(
        status=HTTPStatus.OK if known else HTTPStatus.NOT_FOUND,
        headers=_HEADERS,
        body=_PAGE.encode() if known else b"<!doctype html><title>Not found</title>",
    )
