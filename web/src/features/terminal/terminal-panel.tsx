import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import type { ScreenState } from "./screen";

type State = ScreenState | "closed";

const states: Record<State, string> = {
  connecting: "Connecting to the terminal…",
  live: "",
  lost: "The connection is lost; trying again.",
  closed: "",
};

/** An agent's terminal: what it shows, and keys for it. */
export function TerminalPanel({ path, label }: { path: string; label: string }) {
  const element = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<State>("connecting");
  const [reason, setReason] = useState("");
  const [attempt, setAttempt] = useState(0);

  // An external program in an element of ours: opened here, closed with the panel.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` opens it again
  useEffect(() => {
    let isGone = false;
    let close = () => {};
    setState("connecting");
    setReason("");
    const end = (why: string) => {
      setState("closed");
      setReason(why);
    };
    import("./screen").then(
      ({ showTerminal }) => {
        if (!isGone && element.current) {
          close = showTerminal(element.current, path, setState, end);
          element.current.scrollIntoView({ block: "center" });
        }
      },
      () => end("The terminal could not be loaded from the server."),
    );
    return () => {
      isGone = true;
      close();
    };
  }, [path, attempt]);

  return (
    <section aria-label={label} className="overflow-hidden rounded-xl border border-line">
      {/* The room around it is another element's: the emulator measures its own with padding. */}
      <div className="bg-[#0c0c11] p-2">
        <div ref={element} className="h-[60vh] min-h-64" />
      </div>
      {state === "live" && (
        <p className="border-line border-t bg-panel px-3 py-1 text-muted text-xs">
          Ctrl + ] leaves the terminal, for the rest of the page.
        </p>
      )}
      {states[state] && (
        <p role="status" className="border-line border-t bg-panel px-3 py-2 text-muted text-sm">
          {states[state]}
        </p>
      )}
      {state === "closed" && (
        <p
          role="status"
          className="flex flex-wrap items-center gap-2 border-line border-t bg-panel px-3 py-2 text-sm"
        >
          <span className="flex-1">{reason}</span>
          <Button onClick={() => setAttempt(attempt + 1)}>Connect again</Button>
        </p>
      )}
    </section>
  );
}
