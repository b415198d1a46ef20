import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Failure } from "@/components/failure";
import { Skeleton } from "@/components/skeleton";
import { since } from "@/lib/time";
import { useNow } from "@/lib/use-now";
import { type Task, taskListQuery } from "../api";
import { groups, listState, type Tone } from "../status";
import { StatusDot } from "./status-dot";

const strips: Record<Tone, string> = {
  working: "border-l-working",
  ok: "border-l-ok",
  attention: "border-l-attention",
  error: "border-l-error",
  muted: "border-l-line",
};

/** Tasks by what a person has to do about them. */
export function TaskList({ query }: { query: string }) {
  const tasks = useQuery(taskListQuery(query));

  if (tasks.isPending) {
    return <Skeleton label="Loading tasks" rows={4} />;
  }
  if (tasks.isError && tasks.data === undefined) {
    return (
      <Failure
        title="The tasks cannot be loaded"
        error={tasks.error}
        retry={() => tasks.refetch()}
      />
    );
  }
  if (tasks.data.length === 0) {
    return (
      <p className="rounded-xl border border-line border-dashed p-8 text-center text-muted">
        No tasks yet. Write a prompt above to start one.
      </p>
    );
  }
  const grouped = groups
    .map((group) => ({
      ...group,
      tasks: tasks.data.filter((task) => listState(task).group === group.id),
    }))
    .filter((group) => group.tasks.length > 0 || group.empty !== "");
  return (
    <div className="space-y-7">
      {tasks.isError && (
        <p role="status" className="text-attention text-sm">
          The list may be old: {tasks.error.message}
        </p>
      )}
      {grouped.map((group) => (
        <section key={group.id} aria-labelledby={`group-${group.id}`}>
          <h2
            id={`group-${group.id}`}
            className="mb-2 flex items-baseline gap-2 font-semibold text-muted text-sm"
          >
            {group.title}
            <span className="font-normal tabular-nums">{group.tasks.length}</span>
          </h2>
          {group.tasks.length === 0 ? (
            <p className="text-muted text-sm">{group.empty}</p>
          ) : (
            <ul className="space-y-2">
              {group.tasks.map((task) => (
                <TaskRow key={task.id} task={task} />
              ))}
            </ul>
          )}
        </section>
      ))}
    </div>
  );
}

function TaskRow({ task }: { task: Task }) {
  const now = useNow();
  const shown = listState(task);
  const moved = task.current_state?.timestamp ?? task.updated_at;
  return (
    <li>
      <Link
        to="/tasks/$user/$task"
        params={{ user: task.owner_name, task: task.name }}
        className={`block rounded-lg border border-line border-l-[3px] bg-panel px-4 py-3 hover:bg-sunken ${strips[shown.tone]}`}
      >
        <div className="flex items-center gap-2">
          <StatusDot tone={shown.tone} />
          <span className="min-w-0 flex-1 truncate font-medium">
            {task.display_name || task.name}
          </span>
          <span className="shrink-0 text-muted text-sm">{shown.label}</span>
          <span className="w-14 shrink-0 text-right text-muted text-sm tabular-nums">
            {since(moved, now)}
          </span>
        </div>
        <p className="mt-0.5 truncate pl-[1.15rem] text-muted text-sm">
          {task.current_state?.message || task.initial_prompt}
        </p>
        <p className="mt-0.5 truncate pl-[1.15rem] text-muted text-xs">
          {task.template_display_name || task.template_name} · {task.owner_name}/{task.name}
        </p>
      </Link>
    </li>
  );
}
