import { type FormEvent, type KeyboardEvent, useId, useState } from "react";
import { Refused } from "@/components/failure";
import { Button } from "@/components/ui/button";
import { type TaskDetail, type TaskRef, useSendMessage, useTaskAction } from "../api";
import { can, isRunning, reportsFailure } from "../status";

type Delivery = "queue" | "steer";

/** Says something to the agent: now if it is idle, in the queue or as steering if not. */
export function Composer({ task, at }: { task: TaskDetail; at: TaskRef }) {
  const [text, setText] = useState("");
  const send = useSendMessage(at);
  const action = useTaskAction(at);
  const id = useId();
  const allowed = can(task);
  const isBusy = task.work.status === "working";
  const isPaused = task.work.status === "paused";
  const isAway = task.controller === "terminal";
  const isReady = text.trim() !== "" && allowed.send && !send.isPending;

  function submit(delivery: Delivery) {
    if (!isReady) {
      return;
    }
    send.mutate({ input: text, delivery, resume: isPaused }, { onSuccess: () => setText("") });
  }

  function submitByKey(event: KeyboardEvent) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      submit("queue");
    }
  }

  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        submit("queue");
      }}
      className="space-y-2 rounded-xl border border-line bg-panel p-3 focus-within:border-accent"
    >
      <label htmlFor={id} className="sr-only">
        Message to the agent
      </label>
      <textarea
        id={id}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={submitByKey}
        rows={Math.min(10, Math.max(2, text.split("\n").length))}
        disabled={!allowed.send}
        placeholder={placeholder(task)}
        className="w-full resize-y bg-transparent outline-none placeholder:text-muted disabled:opacity-60"
      />
      <div className="flex flex-wrap items-center gap-2">
        {allowed.stop && (
          <Button look="danger" disabled={action.isPending} onClick={() => action.mutate("cancel")}>
            Stop turn
          </Button>
        )}
        <span className="ml-auto text-muted text-xs">
          <span className="hidden sm:inline">Ctrl + Enter</span>
        </span>
        {isBusy && !isAway && (
          <Button disabled={!isReady} onClick={() => submit("steer")}>
            Steer now
          </Button>
        )}
        <Button look="primary" type="submit" disabled={!isReady}>
          {isBusy || isAway ? "Queue" : isPaused ? "Resume and send" : "Send"}
        </Button>
      </div>
      <Refused error={send.error ?? action.error} />
    </form>
  );
}

function placeholder(task: TaskDetail): string {
  if (task.controller === "terminal" && isRunning(task)) {
    return "The terminal has the agent. A message waits until the chat has it back.";
  }
  switch (task.work.status) {
    case "deleting":
      return "This task is being deleted.";
    case "failed":
      return reportsFailure(task)
        ? "The agent says that it failed. Tell it how to go on."
        : "The task failed. Resume it to go on.";
    case "paused":
      return "The task is paused; sending resumes it.";
    case "working":
      return "The agent works. Queue a message for after this turn, or steer it now.";
    default:
      return "Tell the agent what is next.";
  }
}
