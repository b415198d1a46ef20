import type { Tone } from "../status";

const colours: Record<Tone, string> = {
  working: "bg-working pulse",
  ok: "bg-ok",
  attention: "bg-attention",
  error: "bg-error",
  muted: "bg-muted",
};

export function StatusDot({ tone }: { tone: Tone }) {
  return <span aria-hidden className={`size-2.5 shrink-0 rounded-full ${colours[tone]}`} />;
}
