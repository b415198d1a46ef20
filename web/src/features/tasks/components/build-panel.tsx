import { useQuery } from "@tanstack/react-query";
import { Failure } from "@/components/failure";
import { Skeleton } from "@/components/skeleton";
import { plain } from "@/lib/plain";
import { latestBuildQuery, type TaskDetail } from "../api";
import { stages, useBuildLog, useScriptLog } from "../use-log";

/** The build a task waits for, or failed in: its stages, its log, its error. */
export function BuildPanel({ task, title }: { task: TaskDetail; title: string }) {
  if (task.workspace_id === null) {
    return <Skeleton label="Waiting for a workspace" rows={2} />;
  }
  return (
    <section aria-label="Build" className="space-y-3 rounded-xl border border-line bg-panel p-4">
      <h2 className="font-semibold">{title}</h2>
      <LatestBuild workspace={task.workspace_id} number={task.workspace_build_number ?? 0} />
      {task.workspace_agent_id !== null && (
        <ScriptLog agent={task.workspace_agent_id} isOpen={task.work.status === "failed"} />
      )}
    </section>
  );
}

function LatestBuild({ workspace, number }: { workspace: string; number: number }) {
  const build = useQuery(latestBuildQuery(workspace, number));
  if (build.isPending) {
    return <Skeleton label="Loading the build" rows={2} />;
  }
  if (build.isError) {
    return (
      <Failure
        title="The build cannot be loaded"
        error={build.error}
        retry={() => build.refetch()}
      />
    );
  }
  return (
    <>
      {build.data.job.error && (
        <p role="alert" className="whitespace-pre-wrap break-words font-mono text-error text-sm">
          {build.data.job.error}
        </p>
      )}
      <BuildLog build={build.data.id} isOpen={build.data.job.status === "failed"} />
    </>
  );
}

/** What the scripts in the workspace say; they start when the build has ended. */
function ScriptLog({ agent, isOpen }: { agent: string; isOpen: boolean }) {
  const log = useScriptLog(agent);
  if (log.lines.length === 0) {
    return null;
  }
  return (
    <details open={isOpen}>
      <summary className="text-sm">Start scripts</summary>
      <LogText lines={log.lines} />
    </details>
  );
}

function LogText({ lines }: { lines: readonly { id: number; output: string; level: string }[] }) {
  return (
    <pre className="mt-1 max-h-72 overflow-auto rounded-lg bg-sunken p-3 font-mono text-xs leading-5">
      {lines.map((line) => (
        <span key={line.id} className={`block ${line.level === "error" ? "text-error" : ""}`}>
          {plain(line.output)}
        </span>
      ))}
    </pre>
  );
}

function BuildLog({ build, isOpen }: { build: string; isOpen: boolean }) {
  const log = useBuildLog(build);
  const found = stages(log.lines.filter((line) => line.log_level !== "debug"));
  if (found.length === 0) {
    return <p className="text-muted text-sm">{log.hasEnded ? "No log." : "Waiting…"}</p>;
  }
  return (
    <ol className="space-y-1" aria-live="polite">
      {found.map((stage, index) => {
        const isCurrent = index === found.length - 1 && !log.hasEnded;
        const first = stage.lines[0];
        return (
          <li key={`${stage.name} ${first?.id}`}>
            <details open={isOpen || isCurrent}>
              <summary className="text-sm">
                <span className={isCurrent ? "pulse text-working" : "text-ok"} aria-hidden>
                  {isCurrent ? "●" : "✓"}
                </span>{" "}
                {stage.name || "Log"}
              </summary>
              <LogText lines={stage.lines.map((line) => ({ ...line, level: line.log_level }))} />
            </details>
          </li>
        );
      })}
    </ol>
  );
}
