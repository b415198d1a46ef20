import { type Live, pauses } from "@/lib/live";

export type Size = { columns: number; rows: number };

/** What a watched terminal tells; see `protocol/terminal.py` of the server. */
export type TerminalEvents = {
  onOutput: (bytes: Uint8Array) => void;
  /** Clear, and be this large: what follows up to `onPainted` paints the present screen. */
  onReplay: (size: Size) => void;
  onPainted: () => void;
  /** Somebody made the terminal another size. */
  onSize: (size: Size) => void;
  /** It is over; the sentence says why. */
  onClosed: (reason: string) => void;
  /** The connection was lost; it is opened again. */
  onLost: () => void;
};

export type TerminalLink = Live & {
  type: (text: string) => void;
  resize: (size: Size) => void;
};

const isEnd = (code: number): boolean => code === 1000 || code === 1003 || code >= 4000;

/** Watch a terminal, and type into it. `size` is asked again for each connection. */
export function openTerminal(path: string, size: () => Size, events: TerminalEvents): TerminalLink {
  const pause = pauses();
  const encoder = new TextEncoder();
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let reason = "";

  const connect = () => {
    const { columns, rows } = size();
    const base = globalThis.location.origin.replace(/^http/, "ws");
    const opened = new WebSocket(`${base}${path}?columns=${columns}&rows=${rows}`);
    opened.binaryType = "arraybuffer";
    socket = opened;
    opened.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data instanceof ArrayBuffer) {
        events.onOutput(new Uint8Array(data));
      } else if (typeof data === "string") {
        hear(data);
      }
    };
    opened.onclose = ({ code }) => {
      if (isEnd(code)) {
        events.onClosed(reason || "The terminal was closed.");
      } else {
        events.onLost();
        timer = setTimeout(connect, pause.next());
      }
    };
  };
  const hear = (data: string) => {
    const said = JSON.parse(data) as { type: string; reason?: string } & Partial<Size>;
    const told = { columns: said.columns ?? 0, rows: said.rows ?? 0 };
    switch (said.type) {
      case "replay":
        pause.reset();
        events.onReplay(told);
        break;
      case "replay-end":
        events.onPainted();
        break;
      case "size":
        events.onSize(told);
        break;
      case "closed":
        reason = said.reason ?? "";
        break;
    }
  };
  const send = (message: string | Uint8Array<ArrayBuffer>) => {
    if (socket?.readyState === WebSocket.OPEN) {
      socket.send(message);
    }
  };

  connect();
  return {
    type: (text) => send(encoder.encode(text)),
    resize: (wanted) => send(JSON.stringify({ type: "resize", ...wanted })),
    close: () => {
      clearTimeout(timer);
      if (socket) {
        socket.onclose = null;
        socket.close();
      }
    },
  };
}
