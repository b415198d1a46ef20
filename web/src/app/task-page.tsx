import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useRef } from "react";
import { isApiError } from "@/api/client";
import { Confirm } from "@/components/confirm";
import { Failure, Refused } from "@/components/failure";
import { Skeleton } from "@/components/skeleton";
import { Button } from "@/components/ui/button";
import { AgentSettings } from "@/features/agent/agent-settings";
import { ChangedFiles } from "@/features/artifacts/changed-files";
import {
  permissionsQuery,
  type TaskDetail,
  type TaskRef,
  taskDetailQuery,
  taskKeys,
  useAnswerPermission,
  useTaskAction,
} from "@/features/tasks/api";
import { BuildPanel } from "@/features/tasks/components/build-panel";
import { Composer } from "@/features/tasks/components/composer";
import { Queue } from "@/features/tasks/components/queue";
import { StateLine } from "@/features/tasks/components/state-line";
import { TerminalSection } from "@/features/tasks/components/terminal-section";
import { can, isAgentStarting, reportsFailure, workStatuses } from "@/features/tasks/status";
import { TranscriptView } from "@/features/transcript/components/transcript";
import type { Usage } from "@/features/transcript/fold";
import { type Session, useSession } from "@/features/transcript/use-session";
import { throttled } from "@/lib/throttle";

/** An agent at work uses tools many times a second; its files are listed that often at most. */
const LIST_FILES_EVERY = 1_000;

export function TaskPage({ at }: { at: TaskRef }) {
  const task = useQuery(taskDetailQuery(at));

  if (task.isPending) {
    return <Skeleton label="Loading the task" rows={5} />;
  }
  if (task.data === undefined) {
    const isGone = isApiError(task.error, 404);
    return (
      <div className="space-y-4">
        <Failure
          title={isGone ? "There is no such task" : "The task cannot be loaded"}
          error={task.error}
          retry={isGone ? undefined : () => task.refetch()}
        />
        <Link to="/tasks" className="text-accent underline">
          Back to tasks
        </Link>
      </div>
    );
  }
  return <LoadedTask task={task.data} at={at} isStale={task.isError} />;
}

function LoadedTask({ task, at, isStale }: { task: TaskDetail; at: TaskRef; isStale: boolean }) {
  const queries = useQueryClient();
  const { user, task: name } = at;
  const listFiles = useMemo(() => {
    const queryKey = taskKeys.artifacts({ user, task: name });
    // The list alone: the changes of a file are asked for by its `last_seq`.
    return throttled(() => queries.invalidateQueries({ queryKey, exact: true }), LIST_FILES_EVERY);
  }, [queries, user, name]);
  const session = useSession(
    task.id,
    (after) => `/api/v2/tasks/${at.user}/${task.id}/events?after=${after}`,
    (data) => {
      queries.setQueryData(taskDetailQuery(at).queryKey, JSON.parse(data) as TaskDetail);
      queries.invalidateQueries({ queryKey: taskKeys.messages(at) });
      queries.invalidateQueries({ queryKey: taskKeys.permissions(at) });
    },
    (events) => {
      const kinds = new Set(events.map((event) => event.kind));
      if (kinds.has("permission_requested") || kinds.has("permission_resolved")) {
        queries.invalidateQueries({ queryKey: taskKeys.permissions(at) });
      }
      if (kinds.has("options")) {
        queries.invalidateQueries({ queryKey: taskKeys.options(at) });
      }
      if (kinds.has("tool")) {
        listFiles();
      }
    },
  );

  // A terminal wants the room that the composer takes at the end of the window.
  const isInChat = task.controller === "chat";

  useEffect(() => {
    const needsYou = workStatuses[task.work.status].tone === "attention" ? "● " : "";
    document.title = `${needsYou}${task.display_name || task.name} · Taskyard`;
    return () => {
      document.title = "Taskyard";
    };
  }, [task.display_name, task.name, task.work.status]);

  return (
    <div className="flex flex-1 flex-col gap-5">
      <TaskHead task={task} at={at} usage={session.transcript.usage} />
      {(session.link === "lost" || isStale) && (
        <p role="status" className="text-attention text-sm">
          The connection is lost; trying again. What you see may be old.
        </p>
      )}
      {session.link === "ended" && (
        <p role="alert" className="rounded-lg border border-line bg-panel px-4 py-3">
          This task was deleted.{" "}
          <Link to="/tasks" className="text-accent underline">
            Back to tasks
          </Link>
        </p>
      )}
      <Prompt task={task} />
      <ChangedFiles at={at} />
      <Notices task={task} />
      <div className="flex-1">
        <Conversation session={session} at={at} task={task} />
      </div>
      <TerminalSection task={task} at={at} />
      <div className={`space-y-3 bg-canvas pt-2 pb-4 ${isInChat ? "sticky bottom-0" : ""}`}>
        <Queue at={at} />
        <Composer task={task} at={at} />
        <AgentSettings task={task} at={at} />
      </div>
    </div>
  );
}

function TaskHead({ task, at, usage }: { task: TaskDetail; at: TaskRef; usage: Usage | null }) {
  const action = useTaskAction(at);
  const navigate = useNavigate();
  const allowed = can(task);
  return (
    <header className="space-y-2">
      <div className="flex flex-wrap items-center gap-2">
        <Link to="/tasks" aria-label="Back to tasks" className="text-muted hover:text-text">
          ←
        </Link>
        <h1 className="min-w-0 flex-1 truncate font-semibold text-xl">
          {task.display_name || task.name}
        </h1>
        {allowed.pause && (
          <Button disabled={action.isPending} onClick={() => action.mutate("pause")}>
            Pause
          </Button>
        )}
        {allowed.resume && (
          <Button
            look="primary"
            disabled={action.isPending}
            onClick={() => action.mutate("resume")}
          >
            Resume
          </Button>
        )}
        <Confirm
          title={`Delete ${task.name}?`}
          text="Its workspace and files are deleted with it. This cannot be taken back."
          action="Delete"
          onConfirm={() => action.mutate("delete", { onSuccess: () => navigate({ to: "/tasks" }) })}
        >
          <Button look="danger" disabled={task.work.status === "deleting"}>
            Delete
          </Button>
        </Confirm>
      </div>
      <StateLine task={task} />
      <p className="flex flex-wrap gap-x-3 text-muted text-sm">
        <span>{task.template_display_name || task.template_name}</span>
        {task.isolation && <span>isolated by {task.isolation}</span>}
        <UsageLine usage={usage} isPriced={!task.demo_model} />
      </p>
      {task.demo_model && (
        <p className="w-fit rounded-md border border-attention/50 px-2 py-0.5 text-attention text-sm">
          Demo model: scripted answers, no real model. Set a provider key on the server to use one.
        </p>
      )}
      <Refused error={action.error} />
    </header>
  );
}

function UsageLine({ usage, isPriced }: { usage: Usage | null; isPriced: boolean }) {
  if (usage === null) {
    return null;
  }
  const share =
    usage.used !== null && usage.size ? Math.round((100 * usage.used) / usage.size) : null;
  return (
    <>
      {usage.used !== null && (
        <span>
          {usage.used.toLocaleString("en")} tokens in context{share !== null && ` (${share} %)`}
        </span>
      )}
      {isPriced && usage.cost && <span>{usage.cost}</span>}
    </>
  );
}

function Prompt({ task }: { task: TaskDetail }) {
  return (
    <details className="rounded-lg border border-line bg-panel px-4 py-2">
      <summary className="text-muted text-sm">Prompt</summary>
      <p className="whitespace-pre-wrap break-words py-2">{task.initial_prompt}</p>
    </details>
  );
}

/** What stands between a person and the agent: a build, a pause, a failure. */
function Notices({ task }: { task: TaskDetail }) {
  switch (task.work.status) {
    case "pending":
    case "starting":
      if (isAgentStarting(task)) return null;
      return <BuildPanel task={task} title="Starting the workspace" />;
    case "failed":
      if (reportsFailure(task)) return null;
      return <BuildPanel task={task} title="The workspace or the agent could not start" />;
    case "deleting":
      return <BuildPanel task={task} title="Deleting the workspace" />;
    case "pausing":
      return <BuildPanel task={task} title="Pausing" />;
    case "paused":
      return (
        <p className="rounded-lg border border-line bg-panel px-4 py-3 text-muted">
          Paused. The conversation and the files are kept; resuming goes on where it stopped.
        </p>
      );
    default:
      return null;
  }
}

function Conversation({ session, at, task }: { session: Session; at: TaskRef; task: TaskDetail }) {
  const permissions = useQuery(permissionsQuery(at));
  const answer = useAnswerPermission(at);
  const { items } = session.transcript;
  useFollowedEnd(session.transcript.lastSeq);
  const pending = permissions.data?.filter((each) => each.state === "pending");

  if (items.length === 0) {
    const isComing = session.link === "connecting" || task.work.status === "working";
    return isComing ? (
      <Skeleton label="Loading the conversation" rows={3} />
    ) : (
      <p className="text-muted">Nothing has been said yet.</p>
    );
  }
  return (
    <>
      <TranscriptView
        items={items}
        answering={{
          open: pending && new Set(pending.map((each) => each.request_id)),
          isSending: answer.isPending,
          answer: (request, option) => {
            const asked = pending?.find((each) => each.request_id === request);
            if (asked) {
              answer.mutate({ id: asked.id, option });
            }
          },
        }}
      />
      <Refused error={answer.error ?? (pending === undefined ? permissions.error : null)} />
      {task.work.status === "working" && (
        <p className="pulse mt-4 text-muted text-sm">The agent works…</p>
      )}
    </>
  );
}

/** Keeps the newest in view, unless the person has scrolled away to read. */
function useFollowedEnd(lastSeq: number) {
  const isAtEnd = useRef(true);

  useEffect(() => {
    const look = () => {
      const page = document.documentElement;
      isAtEnd.current = page.scrollHeight - page.scrollTop - page.clientHeight < 120;
    };
    addEventListener("scroll", look, { passive: true });
    return () => removeEventListener("scroll", look);
  }, []);

  useEffect(() => {
    if (isAtEnd.current && lastSeq > 0) {
      scrollTo({ top: document.documentElement.scrollHeight });
    }
  }, [lastSeq]);
}
