import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { expect, it, vi } from "vitest";
import { renderWithQueries } from "@/mocks/render";
import { network } from "@/mocks/server";
import { mockDetail } from "@/mocks/wire";
import type { TaskDetail } from "../api";
import { TerminalSection } from "./terminal-section";

// The emulator wants a real browser.
vi.mock("@/features/terminal/screen", () => ({ showTerminal: () => () => {} }));
// Nor does jsdom lay anything out that could be scrolled to.
Element.prototype.scrollIntoView = () => {};

const at = { user: "ada", task: "tidy-up" };

function show(task: TaskDetail) {
  const sent: unknown[] = [];
  network.use(
    http.put("*/api/v2/tasks/ada/tidy-up/control", async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json({ controller: "terminal", terminal: "handover", switching: false });
    }),
  );
  renderWithQueries(<TerminalSection task={task} at={at} />);
  return sent;
}

const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));

it("hands an idle agent to its terminal at once", async () => {
  const sent = show(mockDetail("idle", { terminal: "handover" }));

  await press("Continue in its terminal");

  await waitFor(() => expect(sent).toEqual([{ controller: "terminal", cancel_turn: false }]));
});

it("asks before a running turn is ended for it", async () => {
  const sent = show(mockDetail("working", { terminal: "handover" }));

  await press("Continue in its terminal");
  expect(sent).toEqual([]);
  await press("End the turn");

  await waitFor(() => expect(sent).toEqual([{ controller: "terminal", cancel_turn: true }]));
});

it("keeps the terminal while the agent starts in it", () => {
  const task = mockDetail("starting", { terminal: "handover", controller: "terminal" });
  show(task);
  expect(screen.getByRole("region", { name: "The agent's terminal" })).toBeVisible();
});

it("shows no terminal while the workspace itself starts", () => {
  const task = mockDetail("starting", { terminal: "handover" });
  show({ ...task, work: { ...task.work, source: "build" } });
  expect(screen.queryByRole("region")).toBeNull();
});

it("offers no terminal where the agent has none or the task is paused", () => {
  show(mockDetail("idle", { terminal: "none" }));
  show(mockDetail("paused", { terminal: "handover" }));

  expect(screen.queryByRole("button")).toBeNull();
});
