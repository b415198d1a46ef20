import { useEffect, useState } from "react";
import type { Schemas } from "@/api/client";
import { openSocket } from "@/lib/live";

export type LogLine = Schemas["ProvisionerJobLog"];
export type BuildLog = { lines: readonly LogLine[]; hasEnded: boolean };

/** A build that writes without end must not fill the browser: the newest lines stay. */
const MAX_LINES = 5_000;

/** The log of a build, line by line as it is written. */
export function useBuildLog(build: string): BuildLog {
  const [log, setLog] = useState<BuildLog>({ lines: [], hasEnded: false });

  useEffect(() => {
    let lines: LogLine[] = [];
    let last = 0;
    setLog({ lines, hasEnded: false });
    const live = openSocket(
      () => `/api/v2/workspacebuilds/${build}/logs?follow=true&after=${last}`,
      (data) => {
        const line = JSON.parse(data) as LogLine;
        last = line.id;
        lines = [...lines, line].slice(-MAX_LINES);
        setLog({ lines, hasEnded: false });
      },
      () => setLog({ lines, hasEnded: true }),
    );
    return () => live.close();
  }, [build]);

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
