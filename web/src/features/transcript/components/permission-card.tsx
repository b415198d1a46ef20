import { Button } from "@/components/ui/button";
import { plain } from "@/lib/plain";
import type { PermissionItem } from "../fold";
import type { Answering } from "./transcript";

/** What the agent asks, word for word, and the answers it offers. */
export function PermissionCard({
  permission,
  answering,
}: {
  permission: PermissionItem;
  answering: Answering;
}) {
  const isOpen = permission.outcome === "" && answering.open?.has(permission.key) === true;
  return (
    <section
      aria-label="Permission request"
      className={`space-y-3 rounded-lg border bg-panel p-4 ${isOpen ? "border-attention" : "border-line"}`}
    >
      <p className="text-sm">
        <span className="font-medium">The agent asks for permission:</span>{" "}
        <span className="break-words font-mono text-[0.85rem]">{plain(permission.title)}</span>
      </p>
      {isOpen ? (
        <div className="flex flex-wrap gap-2">
          {permission.options.map((option) => (
            <Button
              key={option.id}
              look={option.kind === "allow_once" ? "primary" : "plain"}
              disabled={answering.isSending}
              onClick={() => answering.answer(permission.key, option.id)}
            >
              {plain(option.name)}
            </Button>
          ))}
        </div>
      ) : (
        <p className="text-muted text-sm">
          {permission.outcome
            ? `Answered: ${permission.outcome}${permission.by ? ` (by ${permission.by})` : ""}`
            : answering.open && "No longer open."}
        </p>
      )}
    </section>
  );
}
