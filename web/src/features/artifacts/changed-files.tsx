import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Failure } from "@/components/failure";
import { Skeleton } from "@/components/skeleton";
import type { TaskRef } from "@/features/tasks/api";
import { plain } from "@/lib/plain";
import { type Artifact, artifactQuery, artifactsQuery } from "./api";

/** Files that the agent's tools changed, each with its diff to open. */
export function ChangedFiles({ at }: { at: TaskRef }) {
  const files = useQuery(artifactsQuery(at));
  if (files.data === undefined || files.data.count === 0) {
    // Nothing changed yet; a list that cannot be loaded says so where it is asked for.
    return files.isError ? (
      <Failure
        title="The changed files cannot be listed"
        error={files.error}
        retry={() => files.refetch()}
      />
    ) : null;
  }
  const { artifacts, count } = files.data;
  const leftOut = count - artifacts.length;
  return (
    <details className="rounded-lg border border-line bg-panel px-4 py-2">
      <summary className="text-muted text-sm">
        {count === 1 ? "1 file" : `${count} files`} changed <Counts of={sum(artifacts)} />
      </summary>
      <ul className="divide-y divide-line py-2">
        {artifacts.map((file) => (
          <ChangedFile key={file.id} file={file} at={at} />
        ))}
      </ul>
      {leftOut > 0 && (
        <p className="pb-2 text-muted text-sm">{leftOut} more are older and not listed.</p>
      )}
    </details>
  );
}

type Lines = { additions: number; deletions: number };

const sum = (files: readonly Artifact[]): Lines => ({
  additions: files.reduce((total, file) => total + file.additions, 0),
  deletions: files.reduce((total, file) => total + file.deletions, 0),
});

function Counts({ of }: { of: Lines }) {
  return (
    <span className="font-mono text-xs">
      <span className="text-ok">+{of.additions}</span>{" "}
      <span className="text-error">-{of.deletions}</span>
    </span>
  );
}

function ChangedFile({ file, at }: { file: Artifact; at: TaskRef }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <li className="py-1.5">
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
        className="flex w-full items-center gap-3 text-left"
      >
        <span className="w-14 text-muted text-xs">{file.kind}</span>
        <span className="min-w-0 flex-1 truncate font-mono text-[0.85rem]">{plain(file.path)}</span>
        <Counts of={file} />
      </button>
      {isOpen && <FileChanges file={file} at={at} />}
    </li>
  );
}

function FileChanges({ file, at }: { file: Artifact; at: TaskRef }) {
  const detail = useQuery(artifactQuery(at, file));
  if (detail.isPending) {
    return <Skeleton label="Loading the changes" rows={3} />;
  }
  if (detail.isError) {
    return (
      <Failure
        title="The changes cannot be loaded"
        error={detail.error}
        retry={() => detail.refetch()}
      />
    );
  }
  if (detail.data.diff === "") {
    return (
      <p className="py-2 text-muted text-sm">
        The agent named this file, but did not tell what it wrote.
      </p>
    );
  }
  return (
    <>
      <UnifiedDiff text={detail.data.diff} />
      {detail.data.truncated && (
        <p className="text-muted text-xs">The changes are too long; the rest is left out.</p>
      )}
    </>
  );
}

function UnifiedDiff({ text }: { text: string }) {
  return (
    <pre className="mt-1 max-h-96 overflow-auto rounded border border-line py-1 font-mono text-xs leading-5">
      {text.split("\n").map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text that is replaced as a whole
        <span key={index} className={`block px-2 ${lookOf(line)}`}>
          {plain(line) || " "}
        </span>
      ))}
    </pre>
  );
}

function lookOf(line: string): string {
  if (line.startsWith("+++") || line.startsWith("---") || line.startsWith("@@")) {
    return "text-muted";
  }
  if (line.startsWith("+")) {
    return "bg-ok/12";
  }
  return line.startsWith("-") ? "bg-error/12" : "";
}
