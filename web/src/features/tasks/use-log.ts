import { useEffect, useState } from "react";
import type { Schemas } from "@/api/client";
import { openSocket } from "@/lib/live";

export type LogLine = Schemas["ProvisionerJobLog"];
export type ScriptLine = Schemas["WorkspaceAgentLog"];
export type Log<Line> = { lines: readonly Line[]; hasEnded: boolean };

/** A build that writes without end must not fill the browser: the newest lines stay. */
const MAX_LINES = 5_000;

/** The log of a build, line by line as it is written. */
export function useBuildLog(build: string): Log<LogLine> {
  return useLog<LogLine>(`/api/v2/workspacebuilds/${build}/logs`);
}

/** What the scripts in a workspace print. */
export function useScriptLog(agent: string): Log<ScriptLine> {
  return useLog<ScriptLine>(`/api/v2/workspaceagents/${agent}/logs`);
}

function useLog<Line extends { id: number }>(path: string): Log<Line> {
  const [log, setLog] = useState<Log<Line>>({ lines: [], hasEnded: false });

  useEffect(() => {
    let lines: Line[] = [];
    let last = 0;
    setLog({ lines, hasEnded: false });
    const live = openSocket(
      () => `${path}?follow=true&after=${last}`,
      (data) => {
        // One line a message for builds, several for scripts.
        const parsed = JSON.parse(data) as Line | Line[];
        const fresh = Array.isArray(parsed) ? parsed : [parsed];
        last = fresh[fresh.length - 1]?.id ?? last;
        lines = [...lines, ...fresh].slice(-MAX_LINES);
        setLog({ lines, hasEnded: false });
      },
      () => setLog({ lines, hasEnded: true }),
    );
    return () => live.close();
  }, [path]);

  return log;
}

export type Stage = { name: string; lines: LogLine[] };

/** Lines under the stage they belong to, in order. */
export function stages(lines: readonly LogLine[]): Stage[] {
  const found: Stage[] = [];
  for (const line of lines) {
    const current = found[found.length - 1];
    if (current?.name === line.stage) {
      current.lines.push(line);
    } else {
      found.push({ name: line.stage, lines: [line] });
    }
  }
  return found;
}
