"""The plugin that OpenCode loads: it hands on what happens, and is never in the way.

JavaScript, for that is what OpenCode runs. It writes to the runner's socket itself: a
process for each event would cost more than the event is worth.
"""

from typing import Final

__all__ = ["PLUGIN"]

PLUGIN: Final = """\
// Written by Taskyard at every start. It does nothing elsewhere.
import { createConnection } from "node:net"

const TOLD = ["session.created", "session.idle", "session.error", "permission.asked"]
const PAUSE_MS = 100 // a reader follows at this pace
const TEXT_CHARACTERS = 32 * 1024
const WAITING = 1000 // a runner that is away must not fill our memory

export const Taskyard = async () => {
  const { TASKYARD_HOOKS, TASKYARD_SESSION_KEY: key, TASKYARD_RUNNER_SOCKET: path } = process.env
  if (!TASKYARD_HOOKS || !key || !path) return {}

  let door, busy = false
  const waiting = []
  const flush = () => {
    if (busy || !waiting.length) return
    if (!door) {
      door = createConnection(path)
      door.on("data", () => {})
      door.on("error", () => {})
      door.on("close", () => { door = undefined; busy = false })
      door.unref?.()
    }
    busy = true
    door.write(waiting.splice(0).join(""), () => { busy = false; flush() })
  }
  const short = (value) => {
    if (typeof value === "string") return value.slice(0, TEXT_CHARACTERS)
    if (Array.isArray(value)) return value.slice(0, 100).map(short)
    if (value && typeof value === "object")
      return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, short(field)]))
    return value
  }
  const tell = (type, properties) => {
    const params = { key, agent: "opencode", payload: { type, properties: short(properties) } }
    if (waiting.length < WAITING) waiting.push(JSON.stringify({ method: "hook", params }) + "\\n")
    flush()
  }

  const asked = new Set() // messages of people
  const texts = new Map() // part -> what of it has not been told
  let timer
  const pour = () => {
    clearTimeout(timer)
    timer = undefined
    for (const [partID, text] of texts) {
      if (!text.delta) continue
      tell("text.delta", { sessionID: text.sessionID, partID, index: text.index++, delta: text.delta })
      text.delta = ""
    }
  }
  const delta = ({ sessionID, messageID, partID, field, delta }) => {
    if (field !== "text" || asked.has(messageID) || !texts.has(partID)) return
    texts.get(partID).delta += delta
    timer ??= setTimeout(pour, PAUSE_MS)
  }
  const updated = ({ sessionID, part }) => {
    if (part.type === "tool") {
      pour()
      return tell("message.part.updated", { sessionID, part })
    }
    if (part.type !== "text" || asked.has(part.messageID) || part.synthetic) return
    if (!part.time?.end) return texts.set(part.id, { sessionID, index: 0, delta: "" })
    texts.delete(part.id)
    // Longer text than fits in one go has been told in parts already.
    if (part.text.length < TEXT_CHARACTERS) tell("message.part.updated", { sessionID, part })
  }

  return {
    "chat.message": async ({ sessionID }, { message, parts }) => {
      asked.add(message.id)
      const text = parts.filter((p) => p.type === "text" && !p.synthetic).map((p) => p.text).join("\\n")
      tell("chat.message", { sessionID, text })
    },
    event: async ({ event }) => {
      try {
        if (event.type === "message.part.delta") delta(event.properties)
        else if (event.type === "message.part.updated") updated(event.properties)
        else if (TOLD.includes(event.type)) {
          pour()
          tell(event.type, event.properties)
        }
      } catch {}
    },
  }
}
"""
