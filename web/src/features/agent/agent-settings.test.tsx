import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { expect, it } from "vitest";
import type { Schemas } from "@/api/client";
import { renderWithQueries } from "@/mocks/render";
import { network } from "@/mocks/server";
import { mockDetail } from "@/mocks/wire";
import { AgentSettings } from "./agent-settings";

const at = { user: "ada", task: "tidy-up" };

const model = (value: string): Schemas["TaskOption"] => ({
  id: "model",
  name: "Model",
  description: "",
  category: "model",
  type: "select",
  value,
  choices: [
    { value: "small", name: "Small", description: "" },
    { value: "large", name: "Large", description: "" },
  ],
  chosen: false,
});
const answer = (value: string) =>
  HttpResponse.json({ session_id: null, agent: "claude-code", options: [model(value)] });

function show() {
  const sent: unknown[] = [];
  network.use(
    http.get("*/api/v2/tasks/ada/tidy-up/options", () => answer("small")),
    http.put("*/api/v2/tasks/ada/tidy-up/options/model", async ({ request }) => {
      sent.push(await request.json());
      return answer("large");
    }),
    http.patch("*/api/v2/tasks/ada/tidy-up/permission-policy", async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json({ policy: "ask", source: "task", in_force: true });
    }),
  );
  renderWithQueries(<AgentSettings task={mockDetail("idle")} at={at} />);
  return sent;
}

it("shows what the agent offers and sets what is chosen", async () => {
  const sent = show();
  const select = await screen.findByRole("combobox", { name: "Model" });
  expect(select).toHaveValue("small");

  await userEvent.selectOptions(select, "Large");

  await waitFor(() => expect(select).toHaveValue("large"));
  expect(sent).toEqual([{ value: "large" }]);
});

it("sets what the agent may do without asking", async () => {
  const sent = show();

  await userEvent.selectOptions(
    screen.getByRole("combobox", { name: "Permissions" }),
    "Ask before each change",
  );

  await waitFor(() => expect(sent).toEqual([{ policy: "ask" }]));
});

it("says why a choice was refused", async () => {
  show();
  network.use(
    http.put("*/api/v2/tasks/ada/tidy-up/options/model", () =>
      HttpResponse.json({ message: "The agent is away." }, { status: 502 }),
    ),
  );

  await userEvent.selectOptions(await screen.findByRole("combobox", { name: "Model" }), "Large");

  expect(await screen.findByRole("alert")).toHaveTextContent("The agent is away.");
});
