import { useEffect, useState } from "react";
import { openEvents } from "@/lib/live";
import { emptyTranscript, fold, type SessionEvent, type Transcript } from "./fold";

export type Session = { transcript: Transcript; link: "connecting" | "up" | "lost" | "ended" };

/**
 * A task's transcript, live. `url(after)` is the stream of events above a sequence
 * number; `onStatus` gets the task each time its status moves, `onEvents` what came in.
 * Events are folded once per frame, however fast they come.
 */
export function useSession(
  key: string,
  url: (after: number) => string,
  onStatus: (data: string) => void,
  onEvents: (events: readonly SessionEvent[]) => void,
): Session {
  const [session, setSession] = useState<Session>({
    transcript: emptyTranscript,
    link: "connecting",
  });

  // An external stream: opened for a task, closed when another is shown. The callbacks
  // only pass on what arrives and are taken as they were when it was opened.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    let transcript = emptyTranscript;
    let waiting: SessionEvent[] = [];
    let lastSeen = 0;
    let frame = 0;
    setSession({ transcript, link: "connecting" });

    const flush = () => {
      frame = 0;
      const batch = waiting;
      waiting = [];
      transcript = fold(transcript, batch);
      setSession({ transcript, link: "up" });
      onEvents(batch);
    };
    const live = openEvents(
      () => url(lastSeen),
      (name, data) => {
        if (name === "end") {
          setSession({ transcript, link: "ended" });
          return;
        }
        if (name === "status") {
          onStatus(data);
          return;
        }
        const event = JSON.parse(data) as SessionEvent;
        lastSeen = Math.max(lastSeen, event.seq);
        waiting.push(event);
        frame ||= requestAnimationFrame(flush);
      },
      (isUp) => setSession({ transcript, link: isUp ? "up" : "lost" }),
    );
    return () => {
      cancelAnimationFrame(frame);
      live.close();
    };
  }, [key]);

  return session;
}
