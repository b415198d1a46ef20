import type { Task, TaskDetail, WorkStatus } from "./api";

export type Tone = "working" | "ok" | "attention" | "error" | "muted";
export type Shown = { label: string; tone: Tone };

/** What each work status is called, and how loud it is. */
export const workStatuses: Record<WorkStatus, Shown> = {
  pending: { label: "Preparing", tone: "working" },
  starting: { label: "Starting", tone: "working" },
  working: { label: "Working", tone: "working" },
  idle: { label: "Your turn", tone: "ok" },
  needs_input: { label: "Needs your answer", tone: "attention" },
  needs_login: { label: "Needs a login", tone: "attention" },
  limited: { label: "Usage limit reached", tone: "attention" },
  no_signal: { label: "No signal", tone: "attention" },
  pausing: { label: "Pausing", tone: "muted" },
  paused: { label: "Paused", tone: "muted" },
  deleting: { label: "Deleting", tone: "muted" },
  failed: { label: "Failed", tone: "error" },
  crashed: { label: "Agent crashed", tone: "error" },
};

export type Group = "needs-you" | "working" | "paused" | "done";

export const groups: ReadonlyArray<{ id: Group; title: string; empty: string }> = [
  { id: "needs-you", title: "Needs you", empty: "Nothing waits for you." },
  { id: "working", title: "Working", empty: "" },
  { id: "done", title: "Done", empty: "" },
  { id: "paused", title: "Paused", empty: "" },
];

/** Where a task of the list belongs: by what a person has to do, not by its internals. */
export function listState(task: Task): Shown & { group: Group } {
  switch (task.status) {
    case "pending":
      return { group: "working", ...workStatuses.pending };
    case "initializing":
      return { group: "working", ...workStatuses.starting };
    case "paused":
      return { group: "paused", ...workStatuses.paused };
    case "error":
      return { group: "needs-you", ...workStatuses.failed };
    case "unknown":
      return { group: "paused", label: "Changing", tone: "muted" };
    case "active":
      return activeState(task);
  }
}

function activeState(task: Task): Shown & { group: Group } {
  switch (task.current_state?.state) {
    case "idle":
      return { group: "needs-you", ...workStatuses.idle };
    case "complete":
      return { group: "done", label: "Complete", tone: "ok" };
    case "failed":
      return { group: "needs-you", label: "Reports failure", tone: "error" };
    default:
      return { group: "working", ...workStatuses.working };
  }
}

export type Can = { send: boolean; stop: boolean; pause: boolean; resume: boolean };

/** What a person may do now. The server has the last word. */
export function can(task: TaskDetail): Can {
  const status = task.work.status;
  return {
    send: status !== "deleting" && (status !== "failed" || reportsFailure(task)),
    stop: status === "working" || status === "needs_input",
    pause: !["pending", "starting", "pausing", "paused", "deleting"].includes(status),
    resume: ["paused", "failed", "crashed"].includes(status) && !reportsFailure(task),
  };
}

/** The agent says itself that it has failed: it is there, and can be told more. */
export const reportsFailure = (task: TaskDetail): boolean =>
  task.work.status === "failed" && task.work.source === "report";

/** An agent starts in a workspace that is there: at first, or on its way to its terminal. */
export const isAgentStarting = (task: TaskDetail): boolean =>
  task.work.status === "starting" && !["build", "link", "process"].includes(task.work.source);

/** Whether there is a workspace with an agent in it, as far as is known. */
export const isRunning = (task: TaskDetail): boolean =>
  reportsFailure(task) ||
  isAgentStarting(task) ||
  ["working", "idle", "needs_input", "needs_login", "limited", "no_signal"].includes(
    task.work.status,
  );

const advices: Record<string, string> = {
  login: "log in at its terminal, then tell it something",
  restart: "tell it something, and it is started again",
};

/** What to do, where no button or question on the page says so. */
export const advice = (task: TaskDetail): string => advices[task.work.action] ?? "";

const sources: Record<string, string> = {
  build: "the build",
  link: "the link to the workspace",
  process: "the agent's process",
  driver: "the agent itself",
  hook: "the agent's hook",
  title: "the terminal's title",
  bell: "the terminal's bell",
  dialog: "a dialog of the agent",
  screen: "the agent's screen",
  gateway: "the model's vendor",
  report: "the agent's report",
};

export const sourceName = (source: string): string => sources[source] ?? source;
