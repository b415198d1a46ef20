import { memo, type ReactNode } from "react";
import { SafeMarkdown } from "@/components/markdown";
import { plain } from "@/lib/plain";
import { duration } from "@/lib/time";
import type { ControlItem, Item, MessageItem, PlanItem, ReportItem, TurnItem } from "../fold";
import { PermissionCard } from "./permission-card";
import { ToolCard } from "./tool-card";

export type Answering = {
  /** Requests that the server says are still open, by the key of the event, once it said so. */
  open: ReadonlySet<string> | undefined;
  isSending: boolean;
  answer: (request: string, option: string) => void;
};

/** A session's items in the order they began. */
export function TranscriptView({
  items,
  answering,
}: {
  items: readonly Item[];
  answering: Answering;
}) {
  return (
    <ol aria-label="Transcript">
      {items.map((item, index) => (
        <li
          key={`${item.type} ${item.key}`}
          // Tool calls in a row belong together.
          className={item.type === "tool" && items[index - 1]?.type === "tool" ? "mt-1.5" : "mt-4"}
        >
          <ItemView item={item} answering={answering} />
        </li>
      ))}
    </ol>
  );
}

const ItemView = memo(function ItemView({ item, answering }: { item: Item; answering: Answering }) {
  switch (item.type) {
    case "message":
      return <MessageView message={item} />;
    case "tool":
      return <ToolCard tool={item} />;
    case "plan":
      return <PlanView plan={item} />;
    case "permission":
      return <PermissionCard permission={item} answering={answering} />;
    case "turn":
      return <TurnEnd turn={item} />;
    case "report":
      return <ReportView report={item} />;
    case "control":
      return <ControlView control={item} />;
    case "trouble":
      return (
        <p role="alert" className="whitespace-pre-wrap break-words text-error text-sm">
          {item.detail}
        </p>
      );
  }
});

function MessageView({ message }: { message: MessageItem }) {
  if (message.isThought) {
    return (
      <details className="text-muted text-sm">
        <summary>Thought</summary>
        <div className="mt-1 border-line border-l-2 pl-3">
          <SafeMarkdown text={message.text} />
        </div>
      </details>
    );
  }
  const leftOut = message.leftOut > 0 && (
    <p className="text-muted text-xs">{message.leftOut} bytes are left out.</p>
  );
  if (message.role === "user") {
    return (
      <article
        aria-label="A person said"
        className="ml-auto w-fit max-w-[85%] rounded-xl rounded-br-sm border border-line bg-sunken px-4 py-2.5"
      >
        <p className="whitespace-pre-wrap break-words">{message.text}</p>
        {leftOut}
      </article>
    );
  }
  return (
    <article aria-label="The agent said">
      <SafeMarkdown text={message.text} />
      {leftOut}
    </article>
  );
}

const planMarks: Record<string, string> = { completed: "✓", in_progress: "●" };

function PlanView({ plan }: { plan: PlanItem }) {
  return (
    <section aria-label="Plan" className="rounded-lg border border-line bg-panel px-4 py-3">
      <p className="mb-1 font-medium text-sm">Plan</p>
      <ul className="space-y-0.5 text-sm">
        {plan.entries.map((entry) => (
          <li
            key={entry.content}
            className={entry.status === "completed" ? "text-muted line-through" : ""}
          >
            <span aria-hidden className="inline-block w-5">
              {planMarks[entry.status] ?? "○"}
            </span>
            {entry.content}
          </li>
        ))}
      </ul>
    </section>
  );
}

const turnEnds: Record<string, string> = {
  end_turn: "Turn finished",
  cancelled: "Stopped",
  interrupted: "Interrupted: the agent ended in the middle of the turn",
  refusal: "The model refused",
  max_tokens: "The model's answer reached its limit",
  max_turn_requests: "The turn reached its limit of requests",
  error: "The turn ended in an error",
};

function TurnEnd({ turn }: { turn: TurnItem }) {
  return (
    <Divider>
      {turnEnds[turn.stopReason] ?? turn.stopReason}
      {turn.durationMs !== null && ` after ${duration(turn.durationMs)}`}
    </Divider>
  );
}

function ControlView({ control }: { control: ControlItem }) {
  const words =
    control.controller === "terminal" ? "Continued in the agent's terminal" : "Back in the chat";
  return (
    <Divider>
      {words}
      {control.detail && `: ${plain(control.detail)}`}
    </Divider>
  );
}

function Divider({ children }: { children: ReactNode }) {
  return (
    <p className="flex items-center gap-3 text-muted text-xs">
      <span className="h-px flex-1 bg-line" />
      <span className="max-w-[80%]">{children}</span>
      <span className="h-px flex-1 bg-line" />
    </p>
  );
}

function ReportView({ report }: { report: ReportItem }) {
  const isLink = /^https?:\/\//.test(report.link);
  return (
    <p className="text-muted text-sm">
      <span className="font-medium">Reports {report.state}:</span> {plain(report.summary)}{" "}
      {isLink && (
        <a
          className="text-accent underline"
          href={report.link}
          target="_blank"
          rel="noopener noreferrer nofollow"
        >
          {report.link}
        </a>
      )}
    </p>
  );
}
