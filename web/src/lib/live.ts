/** A stream that opens itself again: at once after the first loss, then ever more slowly. */
export type Live = { close: () => void };

const LONGEST_PAUSE = 10_000;

/** How long to wait before trying again: ever longer, up to a limit, with jitter. */
export function pauses() {
  let failures = 0;
  return {
    reset: () => {
      failures = 0;
    },
    next: () => {
      const limit = Math.min(LONGEST_PAUSE, 250 * 2 ** failures);
      failures += 1;
      return limit * (0.5 + Math.random() / 2);
    },
  };
}

/**
 * Server-sent events. `url` is asked again for each connection, so that it can say where
 * to go on; `onEvent` gets the event's name and data; `onLink` tells whether it is up.
 * An event named `end` is the last one.
 */
export function openEvents(
  url: () => string,
  onEvent: (name: string, data: string) => void,
  onLink: (isUp: boolean) => void = () => {},
  names: readonly string[] = ["event", "status", "end"],
): Live {
  const pause = pauses();
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const connect = () => {
    const opened = new EventSource(url());
    source = opened;
    const receive = (event: MessageEvent<string>) => {
      pause.reset();
      if (event.type === "end") {
        opened.close();
      }
      onEvent(event.type, event.data);
    };
    for (const name of ["message", ...names]) {
      opened.addEventListener(name, receive);
    }
    opened.onopen = () => onLink(true);
    opened.onerror = () => {
      // The browser would try again with the old URL; ours says where to go on.
      opened.close();
      onLink(false);
      timer = setTimeout(connect, pause.next());
    };
  };
  connect();
  return {
    close: () => {
      clearTimeout(timer);
      source?.close();
    },
  };
}

/** A WebSocket of text messages, until the server closes it in the normal way. */
export function openSocket(
  path: () => string,
  onMessage: (data: string) => void,
  onEnd: () => void,
): Live {
  const pause = pauses();
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;
  const connect = () => {
    const base = globalThis.location.origin.replace(/^http/, "ws");
    const opened = new WebSocket(base + path());
    socket = opened;
    opened.onmessage = (event: MessageEvent<unknown>) => {
      pause.reset();
      if (typeof event.data === "string") {
        onMessage(event.data);
      }
    };
    opened.onclose = (event) => {
      if (isClosed) {
        return;
      }
      if (event.code === 1000 || event.code === 1001) {
        onEnd();
      } else {
        timer = setTimeout(connect, pause.next());
      }
    };
  };
  connect();
  return {
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      socket?.close();
    },
  };
}
