import { diffLines } from "@/lib/diff";
import { plain } from "@/lib/plain";
import type { ToolContent, ToolItem, ToolStatus } from "../fold";

const marks: Record<ToolStatus, { sign: string; name: string; look: string }> = {
  pending: { sign: "○", name: "waiting", look: "text-muted" },
  in_progress: { sign: "●", name: "running", look: "text-working" },
  completed: { sign: "✓", name: "done", look: "text-ok" },
  failed: { sign: "✕", name: "failed", look: "text-error" },
};

/** Output beyond this is cut on the page; the event in the server has all of it. */
const MAX_SHOWN = 60_000;

/** A tool call: one line, with its diff or output to open. */
export function ToolCard({ tool }: { tool: ToolItem }) {
  const mark = marks[tool.status];
  const hasDiff = tool.content.some((each) => each.type === "diff");
  const hasMore = tool.content.length > 0 || tool.command !== "";
  const place = placeBeside(tool);
  const line = (
    <>
      <span aria-hidden className={mark.look}>
        {mark.sign}
      </span>
      <span className="sr-only">Tool, {mark.name}: </span>
      <span className="min-w-0 flex-1 truncate font-mono text-[0.85rem]">{plain(tool.title)}</span>
      {place !== "" && <span className="max-w-[40%] truncate text-muted text-xs">{place}</span>}
    </>
  );
  if (!hasMore) {
    return (
      <div className="flex items-center gap-2 rounded-lg border border-line bg-panel px-3 py-2">
        {line}
      </div>
    );
  }
  return (
    <details
      className="group rounded-lg border border-line bg-panel"
      open={hasDiff || tool.status === "failed"}
    >
      <summary className="flex list-none items-center gap-2 px-3 py-2 [&::-webkit-details-marker]:hidden">
        {line}
        <span aria-hidden className="text-muted text-xs transition-transform group-open:rotate-90">
          ▸
        </span>
      </summary>
      <div className="space-y-2 border-line border-t px-3 py-2">
        {tool.command && (
          <pre className="overflow-x-auto font-mono text-xs">$ {plain(tool.command)}</pre>
        )}
        {tool.content.map((each, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts are replaced as a whole
          <ContentView key={index} content={each} />
        ))}
        {tool.leftOut > 0 && (
          <p className="text-muted text-xs">{tool.leftOut} bytes are left out.</p>
        )}
      </div>
    </details>
  );
}

/** Where it works, when the title does not already say so. */
function placeBeside(tool: ToolItem): string {
  const path = tool.locations[0] ?? "";
  const named = tool.title.split(" ").some((word) => word.length > 2 && path.endsWith(word));
  return named ? "" : plain(path);
}

function ContentView({ content }: { content: ToolContent }) {
  if (content.type === "diff") {
    return <Diff path={content.path} before={content.before} after={content.after} />;
  }
  const cut = content.text.length - MAX_SHOWN;
  return (
    <pre className="max-h-80 overflow-auto rounded bg-sunken p-2 font-mono text-xs leading-5">
      {plain(content.text.slice(0, MAX_SHOWN))}
      {cut > 0 && `\n… ${cut} more characters`}
    </pre>
  );
}

const lineLooks = {
  same: "",
  gap: "text-muted",
  added: "bg-ok/12",
  removed: "bg-error/12",
};
const lineSigns = { same: " ", gap: " ", added: "+", removed: "-" };

function Diff({ path, before, after }: { path: string; before: string; after: string }) {
  const lines = diffLines(before, after);
  const added = lines.filter((line) => line.kind === "added").length;
  const removed = lines.filter((line) => line.kind === "removed").length;
  return (
    <figure
      aria-label={`Changes to ${path}`}
      className="overflow-hidden rounded border border-line"
    >
      <figcaption className="flex gap-3 bg-sunken px-2 py-1 font-mono text-xs">
        <span className="min-w-0 flex-1 truncate">{plain(path)}</span>
        <span className="text-ok">+{added}</span>
        <span className="text-error">-{removed}</span>
      </figcaption>
      <pre className="max-h-96 overflow-auto py-1 font-mono text-xs leading-5">
        {lines.map((line) => (
          <span key={line.id} className={`block px-2 ${lineLooks[line.kind]}`}>
            {lineSigns[line.kind]} {plain(line.text)}
          </span>
        ))}
      </pre>
    </figure>
  );
}
