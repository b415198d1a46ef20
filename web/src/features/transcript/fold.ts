import type { Schemas } from "@/api/client";

export type SessionEvent = Schemas["StoredEvent"];

export type MessageItem = {
  type: "message";
  key: string;
  role: "user" | "agent";
  isThought: boolean;
  text: string;
  at: string;
  leftOut: number;
};
export type ToolStatus = "pending" | "in_progress" | "completed" | "failed";
export type ToolContent =
  | { type: "text"; text: string }
  | { type: "diff"; path: string; before: string; after: string };
export type ToolItem = {
  type: "tool";
  key: string;
  title: string;
  kind: string;
  status: ToolStatus;
  content: ToolContent[];
  locations: string[];
  command: string;
  at: string;
  leftOut: number;
};
export type PermissionItem = {
  type: "permission";
  key: string;
  title: string;
  options: Array<{ id: string; name: string; kind: string }>;
  outcome: string;
  by: string;
  at: string;
};
export type PlanItem = {
  type: "plan";
  key: string;
  entries: Array<{ content: string; status: string }>;
  at: string;
};
export type TurnItem = {
  type: "turn";
  key: string;
  stopReason: string;
  durationMs: number | null;
  at: string;
};
export type ReportItem = {
  type: "report";
  key: string;
  state: string;
  summary: string;
  link: string;
  at: string;
};
export type ControlItem = {
  type: "control";
  key: string;
  controller: string;
  by: string;
  detail: string;
  at: string;
};
export type TroubleItem = { type: "trouble"; key: string; detail: string; at: string };
export type Item =
  | MessageItem
  | ToolItem
  | PermissionItem
  | PlanItem
  | TurnItem
  | ReportItem
  | ControlItem
  | TroubleItem;

export type Usage = { used: number | null; size: number | null; cost: string };

/** A session as it is shown: its items in the order they began, and what is known of it. */
export type Transcript = {
  items: readonly Item[];
  lastSeq: number;
  turns: number;
  title: string;
  usage: Usage | null;
};

export const emptyTranscript: Transcript = {
  items: [],
  lastSeq: 0,
  turns: 0,
  title: "",
  usage: null,
};

/**
 * Adds events in order. Events of one kind and key are about one thing: chunks append,
 * everything else replaces what was known. Events that were seen before are left out, so
 * a stream may overlap with what is there.
 */
export function fold(before: Transcript, events: readonly SessionEvent[]): Transcript {
  const work = { ...before, items: [...before.items] };
  const places = new Map(work.items.map((item, index) => [place(item.type, item.key), index]));
  for (const event of events) {
    if (event.seq > work.lastSeq) {
      work.lastSeq = event.seq;
      apply(work, places, event);
    }
  }
  return work;
}

type Work = Transcript & { items: Item[] };
type Places = Map<string, number>;
type Data = Record<string, unknown>;

const place = (type: string, key: string) => `${type} ${key}`;

function put(work: Work, places: Places, item: Item): void {
  const known = places.get(place(item.type, item.key));
  if (known === undefined) {
    places.set(place(item.type, item.key), work.items.length);
    work.items.push(item);
  } else {
    work.items[known] = item;
  }
}

function find<T extends Item["type"]>(
  work: Work,
  places: Places,
  type: T,
  key: string,
): Extract<Item, { type: T }> | undefined {
  const index = places.get(place(type, key));
  const item = index === undefined ? undefined : work.items[index];
  return item?.type === type ? (item as Extract<Item, { type: T }>) : undefined;
}

function apply(work: Work, places: Places, event: SessionEvent): void {
  const { key, at } = event;
  const data: Data = event.data;
  switch (event.kind) {
    case "message":
    case "message_chunk": {
      const known = find(work, places, "message", key);
      const earlier = event.kind === "message_chunk" && known ? known : null;
      put(work, places, {
        type: "message",
        key,
        role: data.role === "user" ? "user" : "agent",
        isThought: data.kind === "thought",
        text: (earlier?.text ?? "") + text(data.text),
        at: known?.at ?? at,
        leftOut: (earlier?.leftOut ?? 0) + number(data.truncated, 0),
      });
      break;
    }
    case "tool":
      if (isReport(data)) {
        break; // what it says arrives as a report of its own
      }
      put(work, places, tool(find(work, places, "tool", key), event, data));
      break;
    case "plan":
      // One plan a turn: a later turn's plan stands where that turn is.
      put(work, places, {
        type: "plan",
        key: `${key} ${work.turns}`,
        entries: records(data.entries).map((entry) => ({
          content: text(entry.content),
          status: text(entry.status),
        })),
        at,
      });
      break;
    case "permission_requested":
      put(work, places, {
        type: "permission",
        key,
        title: text(data.title) || text(record(data.tool).title) || "Permission",
        options: records(data.options).map((option) => ({
          id: text(option.id),
          name: text(option.name),
          kind: text(option.kind),
        })),
        outcome: "",
        by: "",
        at,
      });
      break;
    case "permission_resolved": {
      const asked = find(work, places, "permission", key);
      if (asked) {
        const option = asked.options.find((each) => each.id === data.option_id);
        put(work, places, {
          ...asked,
          outcome: option?.name || text(data.outcome) || "answered",
          by: text(data.by),
        });
      }
      break;
    }
    case "turn_ended":
      work.turns += 1;
      put(work, places, {
        type: "turn",
        key,
        stopReason: text(data.stop_reason),
        durationMs: typeof data.duration_ms === "number" ? data.duration_ms : null,
        at,
      });
      break;
    case "report":
      put(work, places, {
        type: "report",
        key: String(event.seq),
        state: text(data.state),
        summary: text(data.summary),
        link: text(data.link),
        at,
      });
      break;
    case "control":
      put(work, places, {
        type: "control",
        key: String(event.seq),
        controller: text(data.controller),
        by: text(data.by),
        detail: text(data.detail),
        at,
      });
      break;
    case "error":
      put(work, places, { type: "trouble", key, detail: text(data.detail), at });
      break;
    case "state":
      if (data.state === "error" || data.state === "auth_required" || data.state === "limited") {
        const detail = text(data.detail) || `The agent is in state ${text(data.state)}.`;
        put(work, places, { type: "trouble", key: `state ${event.seq}`, detail, at });
      }
      break;
    case "title":
      work.title = text(data.title);
      break;
    case "usage":
      work.usage = usage(data);
      break;
    default:
      // commands, options, raw, and kinds of later versions: not part of the conversation
      break;
  }
}

function tool(known: ToolItem | undefined, event: SessionEvent, data: Data): ToolItem {
  const status = text(data.status);
  const input = record(data.raw_input);
  return {
    type: "tool",
    key: event.key,
    title: text(data.title) || known?.title || "Tool",
    kind: text(data.kind) || known?.kind || "",
    status: isToolStatus(status) ? status : (known?.status ?? "pending"),
    content: Array.isArray(data.content) ? toolContent(data.content) : (known?.content ?? []),
    locations: Array.isArray(data.locations)
      ? records(data.locations).map((each) => text(each.path))
      : (known?.locations ?? []),
    command: text(input.command) || known?.command || "",
    at: known?.at ?? event.at,
    leftOut: number(data.truncated, known?.leftOut ?? 0),
  };
}

const isReport = (data: Data): boolean => /(^|_)report_task$/.test(text(data.name));

const isToolStatus = (status: string): status is ToolStatus =>
  ["pending", "in_progress", "completed", "failed"].includes(status);

function toolContent(content: unknown[]): ToolContent[] {
  return records(content).flatMap((each): ToolContent[] => {
    if (each.type === "diff") {
      const before = text(each.oldText) || text(each.old_text);
      const after = text(each.newText) || text(each.new_text);
      return [{ type: "diff", path: text(each.path), before, after }];
    }
    const inner = text(record(each.content).text) || text(each.text);
    return inner ? [{ type: "text", text: unfenced(inner) }] : [];
  });
}

/** Output that is one fenced block as a whole: without its fence. */
const unfenced = (output: string): string =>
  /^```[^\n]*\n([\s\S]*?)\n?```\s*$/.exec(output)?.[1] ?? output;

function usage(data: Data): Usage {
  const cost = record(data.cost);
  const amount = typeof cost.amount === "number" ? cost.amount : null;
  return {
    used: typeof data.used === "number" ? data.used : null,
    size: typeof data.size === "number" ? data.size : null,
    cost: amount === null ? "" : `${amount.toFixed(2)} ${text(cost.currency)}`.trim(),
  };
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown, otherwise: number): number =>
  typeof value === "number" ? value : otherwise;
const record = (value: unknown): Data =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Data) : {};
const records = (value: unknown): Data[] => (Array.isArray(value) ? value.map(record) : []);
