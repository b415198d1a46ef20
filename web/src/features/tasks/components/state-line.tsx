import { since } from "@/lib/time";
import { useNow } from "@/lib/use-now";
import type { TaskDetail } from "../api";
import { advice, sourceName, workStatuses } from "../status";
import { StatusDot } from "./status-dot";

/** The status, where it is known from, and how old that is. */
export function StateLine({ task }: { task: TaskDetail }) {
  const now = useNow(1_000);
  const { work } = task;
  const shown = workStatuses[work.status];
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
      <StatusDot tone={shown.tone} />
      {/* Announced alone: what stands beside it changes every second. */}
      <span role="status" className="font-medium">
        {shown.label}
      </span>
      <span className="text-muted">
        for {since(work.since, now)}, says {sourceName(work.source)}
        {work.heard_at && `, heard ${since(work.heard_at, now)} ago`}
      </span>
      {work.detail && <span className="text-muted">· {work.detail}</span>}
      {work.resets_at && (
        <span className="text-muted">· over at {new Date(work.resets_at).toLocaleString()}</span>
      )}
      {advice(task) && <span className="text-muted">· {advice(task)}</span>}
    </div>
  );
}
