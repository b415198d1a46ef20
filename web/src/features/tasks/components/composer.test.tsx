import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { expect, it } from "vitest";
import { renderWithQueries } from "@/mocks/render";
import { network } from "@/mocks/server";
import { mockDetail, mockMessage } from "@/mocks/wire";
import type { WorkStatus } from "../api";
import { Composer } from "./composer";

const at = { user: "ada", task: "tidy-up" };

function show(status: WorkStatus) {
  const sent: unknown[] = [];
  network.use(
    http.post("*/api/v2/tasks/ada/tidy-up/messages", async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(mockMessage(), { status: 202 });
    }),
    http.post("*/api/v2/tasks/ada/tidy-up/cancel", () => {
      sent.push("cancel");
      return new HttpResponse(null, { status: 202 });
    }),
  );
  renderWithQueries(<Composer task={mockDetail(status)} at={at} />);
  return sent;
}

const write = (text: string) => userEvent.type(screen.getByRole("textbox"), text);
const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));

it("sends to an idle agent and clears the box", async () => {
  const sent = show("idle");

  await write("and the tests");
  await press("Send");

  await waitFor(() => expect(screen.getByRole("textbox")).toHaveValue(""));
  expect(sent).toEqual([{ input: "and the tests", delivery: "queue", resume: false }]);
});

it("queues, steers or stops while the agent works", async () => {
  const sent = show("working");

  await write("one");
  await press("Queue");
  await waitFor(() => expect(screen.getByRole("textbox")).toHaveValue(""));
  await write("two");
  await press("Steer now");
  await waitFor(() => expect(screen.getByRole("textbox")).toHaveValue(""));
  await press("Stop turn");

  await waitFor(() => expect(sent).toHaveLength(3));
  expect(sent).toMatchObject([{ delivery: "queue" }, { delivery: "steer" }, "cancel"]);
});

it("resumes a paused task by sending", async () => {
  const sent = show("paused");

  await write("go on");
  await press("Resume and send");

  await waitFor(() => expect(sent).toMatchObject([{ resume: true }]));
});

it("takes nothing while the task is being deleted", () => {
  show("deleting");

  expect(screen.getByRole("textbox")).toBeDisabled();
  expect(screen.queryByRole("button", { name: "Stop turn" })).toBeNull();
});

it("says that messages wait while the terminal has the agent", () => {
  renderWithQueries(
    <Composer task={mockDetail("working", { controller: "terminal", terminal: "live" })} at={at} />,
  );

  expect(screen.getByRole("textbox")).toHaveAttribute(
    "placeholder",
    expect.stringMatching(/waits/),
  );
  expect(screen.queryByRole("button", { name: "Steer now" })).toBeNull();
});

it("does not tell to resume an agent that is there and says that it failed", () => {
  const task = mockDetail("failed");
  renderWithQueries(
    <Composer task={{ ...task, work: { ...task.work, source: "report" } }} at={at} />,
  );

  expect(screen.getByRole("textbox")).toBeEnabled();
  expect(screen.queryByPlaceholderText(/Resume/)).toBeNull();
});
