import { useState } from "react";
import { Confirm } from "@/components/confirm";
import { Refused } from "@/components/failure";
import { Button, type ButtonProps } from "@/components/ui/button";
import { TerminalPanel } from "@/features/terminal/terminal-panel";
import { type TaskDetail, type TaskRef, useSetControl } from "../api";
import { isRunning } from "../status";

/**
 * The agent's own terminal. One that runs in a terminal can be watched at any time; one
 * that speaks a protocol is handed over to it, and back: one controller at a time.
 */
export function TerminalSection({ task, at }: { task: TaskDetail; at: TaskRef }) {
  const control = useSetControl(at);
  const [isWatched, setIsWatched] = useState(false);
  if (task.terminal === "none" || !isRunning(task)) {
    return null;
  }
  const hasControl = task.controller === "terminal";
  const isShown = hasControl || (task.terminal === "live" && isWatched);
  const isBusy = ["working", "needs_input"].includes(task.work.status);

  return (
    <section aria-label="Terminal" className="space-y-2">
      <div className="flex flex-wrap items-center gap-2">
        {hasControl && (
          <p className="flex-1 text-muted text-sm">
            You talk to the agent in its own terminal. Messages wait until the chat has it back.
          </p>
        )}
        {task.terminal === "live" && !hasControl && (
          <Button onClick={() => setIsWatched(!isWatched)} aria-expanded={isWatched}>
            {isWatched ? "Hide the terminal" : "Show the terminal"}
          </Button>
        )}
        {task.terminal === "handover" && !hasControl && (
          <HandOver
            isBusy={isBusy}
            disabled={control.isPending}
            onHandOver={() => control.mutate({ controller: "terminal", cancel_turn: isBusy })}
          >
            {control.isPending ? "Opening the terminal…" : "Continue in its terminal"}
          </HandOver>
        )}
        {hasControl && (
          <HandOver
            isBusy={isBusy}
            look="primary"
            disabled={control.isPending}
            onHandOver={() => control.mutate({ controller: "chat", cancel_turn: isBusy })}
          >
            {control.isPending ? "Handing back…" : "Back to the chat"}
          </HandOver>
        )}
      </div>
      <Refused error={control.error} />
      {isShown && (
        <TerminalPanel
          key={task.controller}
          label="The agent's terminal"
          path={`/api/v2/tasks/${encodeURIComponent(at.user)}/${task.id}/terminal`}
        />
      )}
    </section>
  );
}

/** Asks first when a turn would have to end. */
function HandOver({
  isBusy,
  onHandOver,
  ...button
}: ButtonProps & { isBusy: boolean; onHandOver: () => void }) {
  if (!isBusy) {
    return <Button onClick={onHandOver} {...button} />;
  }
  return (
    <Confirm
      title="End the running turn?"
      text="The agent works. Its turn is ended before control changes hands; what it did stays."
      action="End the turn"
      onConfirm={onHandOver}
    >
      <Button {...button} />
    </Confirm>
  );
}
