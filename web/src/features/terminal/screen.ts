import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { openTerminal, type TerminalEvents } from "./terminal-socket";

export type ScreenState = "connecting" | "live" | "lost";

/**
 * Shows a terminal in `element` until it is closed. This file is loaded only when somebody
 * looks at a terminal: the emulator is as large as the rest of the page.
 */
export function showTerminal(
  element: HTMLElement,
  path: string,
  onState: (state: ScreenState) => void,
  onClosed: (reason: string) => void,
): () => void {
  const style = getComputedStyle(document.documentElement);
  const terminal = new Terminal({
    fontFamily: style.getPropertyValue("--font-mono") || "monospace",
    fontSize: 13,
    scrollback: 5_000,
    cursorBlink: true,
    // Both themes of the page show agents on dark: their colours are made for it.
    theme: { background: "#0c0c11", foreground: "#ececf1", selectionBackground: "#3f5fe0" },
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(element);

  // It takes every key, Tab too: without one that leaves, a keyboard alone is locked in.
  terminal.attachCustomKeyEventHandler((event) => {
    const isLeaving = event.ctrlKey && event.key === "]";
    if (isLeaving) {
      event.preventDefault();
      terminal.blur();
    }
    return !isLeaving;
  });

  const wanted = () => {
    const size = fit.proposeDimensions();
    return { columns: size?.cols || 80, rows: size?.rows || 24 };
  };
  const events: TerminalEvents = {
    onOutput: (bytes) => terminal.write(bytes),
    onReplay: ({ columns, rows }) => {
      terminal.reset();
      terminal.resize(columns || terminal.cols, rows || terminal.rows);
    },
    onPainted: () => {
      onState("live");
      terminal.focus();
    },
    onSize: ({ columns, rows }) => terminal.resize(columns, rows),
    onClosed: (reason) => {
      terminal.options.disableStdin = true;
      onClosed(reason);
    },
    onLost: () => onState("lost"),
  };
  const link = openTerminal(path, wanted, events);
  const typed = terminal.onData((data) => link.type(data));
  const resized = new ResizeObserver(() => link.resize(wanted()));
  resized.observe(element);

  return () => {
    resized.disconnect();
    typed.dispose();
    link.close();
    terminal.dispose();
  };
}
