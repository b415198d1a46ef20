import { ApiError } from "@/api/client";
import { Button } from "./ui/button";

/** What went wrong, in the server's words, and a way on. */
export function Failure({
  title,
  error,
  retry,
}: {
  title: string;
  error: unknown;
  retry?: (() => void) | undefined;
}) {
  const message = error instanceof Error ? error.message : String(error);
  const detail = error instanceof ApiError ? error.detail : "";
  return (
    <div role="alert" className="space-y-2 rounded-xl border border-error/40 bg-panel p-4">
      <p className="font-semibold text-error">{title}</p>
      <p>{message}</p>
      {detail && <p className="whitespace-pre-wrap text-muted text-sm">{detail}</p>}
      {retry && <Button onClick={retry}>Try again</Button>}
    </div>
  );
}

/** A short refusal beside what was tried. */
export function Refused({ error }: { error: unknown }) {
  if (!error) {
    return null;
  }
  const message = error instanceof Error ? error.message : String(error);
  const detail = error instanceof ApiError ? error.detail : "";
  return (
    <p role="alert" className="text-error text-sm">
      {message} {detail && <span className="text-muted">{detail}</span>}
    </p>
  );
}
