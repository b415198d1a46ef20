import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Failure, Refused } from "@/components/failure";
import { Button } from "@/components/ui/button";
import { inputLook } from "@/components/ui/field";
import {
  type Message,
  messagesQuery,
  type TaskRef,
  useChangeMessage,
  useRemoveMessage,
} from "../api";

/** Messages that wait for their turn; they can still be changed or taken back. */
export function Queue({ at }: { at: TaskRef }) {
  const messages = useQuery(messagesQuery(at));
  const waiting = (messages.data ?? []).filter((each) => each.state === "queued");
  const failed = (messages.data ?? []).filter((each) => each.state === "failed");

  if (messages.isError && messages.data === undefined) {
    return (
      <Failure
        title="The messages that wait cannot be loaded"
        error={messages.error}
        retry={() => messages.refetch()}
      />
    );
  }
  if (waiting.length === 0 && failed.length === 0) {
    return null;
  }
  return (
    <section aria-label="Messages that wait" className="space-y-2">
      <ul className="space-y-2">
        {waiting.map((message) => (
          <QueuedMessage key={message.id} message={message} at={at} />
        ))}
        {failed.map((message) => (
          <li key={message.id} className="rounded-lg border border-error/40 bg-panel p-3">
            <p className="whitespace-pre-wrap break-words">{message.input}</p>
            <p className="text-error text-sm">Not delivered: {message.error}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function QueuedMessage({ message, at }: { message: Message; at: TaskRef }) {
  const change = useChangeMessage(at);
  const remove = useRemoveMessage(at);
  const [draft, setDraft] = useState<string | null>(null);

  return (
    <li className="space-y-2 rounded-lg border border-line border-dashed bg-panel p-3">
      {draft === null ? (
        <p className="whitespace-pre-wrap break-words">{message.input}</p>
      ) : (
        <textarea
          aria-label="Change the message"
          className={inputLook}
          rows={3}
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
        />
      )}
      <div className="flex items-center gap-2">
        <span className="text-muted text-sm">
          {message.kind === "initial" ? "The first prompt, not delivered yet" : "Queued"}
        </span>
        <span className="flex-1" />
        {draft === null ? (
          <>
            <Button look="quiet" onClick={() => setDraft(message.input)}>
              Edit
            </Button>
            <Button look="quiet" onClick={() => remove.mutate(message.id)}>
              Remove
            </Button>
          </>
        ) : (
          <>
            <Button look="quiet" onClick={() => setDraft(null)}>
              Cancel
            </Button>
            <Button
              disabled={draft.trim() === "" || change.isPending}
              onClick={() =>
                change.mutate({ id: message.id, input: draft }, { onSuccess: () => setDraft(null) })
              }
            >
              Save
            </Button>
          </>
        )}
      </div>
      <Refused error={change.error ?? remove.error} />
    </li>
  );
}
