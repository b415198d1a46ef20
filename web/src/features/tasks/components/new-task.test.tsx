import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { expect, it, vi } from "vitest";
import { renderWithQueries } from "@/mocks/render";
import { network } from "@/mocks/server";
import { mockPreset, mockTask, mockTemplate } from "@/mocks/wire";
import { NewTask } from "./new-task";

const template = mockTemplate("tasks-local");

function serve(presets: unknown[] = []) {
  network.use(
    http.get("*/api/v2/templates", () => HttpResponse.json([template])),
    http.get(`*/api/v2/templateversions/${template.active_version_id}/presets`, () =>
      HttpResponse.json(presets),
    ),
  );
}

it("sends the prompt by Ctrl+Enter with the default preset", async () => {
  const sent: unknown[] = [];
  const usual = mockPreset("Usual", 21, true);
  serve([mockPreset("Big", 20), usual]);
  network.use(
    http.post("*/api/v2/tasks/me", async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(mockTask(), { status: 201 });
    }),
  );
  const onCreated = vi.fn();
  renderWithQueries(<NewTask onCreated={onCreated} />);

  const box = await screen.findByRole("textbox", { name: "What shall the agent do?" });
  expect(await screen.findByRole("combobox", { name: "Preset" })).toHaveDisplayValue("Usual");
  await userEvent.type(box, "tidy up{Control>}{Enter}{/Control}");

  await waitFor(() => expect(onCreated).toHaveBeenCalled());
  expect(sent).toMatchObject([
    {
      input: "tidy up",
      template_version_id: template.active_version_id,
      template_version_preset_id: usual.ID,
    },
  ]);
  expect(box).toHaveValue("");
});

it("makes no task before it knows the template's presets", async () => {
  network.use(
    http.get("*/api/v2/templates", () => HttpResponse.json([template])),
    http.get(`*/api/v2/templateversions/${template.active_version_id}/presets`, () =>
      HttpResponse.json({ message: "The database is away." }, { status: 503 }),
    ),
  );
  renderWithQueries(<NewTask onCreated={vi.fn()} />);

  await userEvent.type(await screen.findByRole("textbox"), "tidy up");

  expect(await screen.findByRole("alert")).toHaveTextContent("The database is away.");
  expect(screen.getByRole("button", { name: "Run task" })).toBeDisabled();
  serve();
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(screen.getByRole("button", { name: "Run task" })).toBeEnabled());
});

it("keeps the prompt and says why when the server refuses", async () => {
  serve();
  network.use(
    http.post("*/api/v2/tasks/me", () =>
      HttpResponse.json(
        { message: "No room.", detail: "Delete a task first.", code: "full" },
        { status: 409 },
      ),
    ),
  );
  renderWithQueries(<NewTask onCreated={vi.fn()} />);

  const box = await screen.findByRole("textbox");
  await userEvent.type(box, "tidy up");
  await userEvent.click(screen.getByRole("button", { name: "Run task" }));

  expect(await screen.findByRole("alert")).toHaveTextContent("No room. Delete a task first.");
  expect(box).toHaveValue("tidy up");
});

it("never runs a prompt that came with a link by itself", async () => {
  serve();
  renderWithQueries(<NewTask startPrompt="from a link" onCreated={vi.fn()} />);

  expect(await screen.findByText(/Read it before you run it/)).toBeVisible();
  expect(screen.getByRole("textbox")).toHaveValue("from a link");
});

it("says how to push a template when there is none", async () => {
  network.use(http.get("*/api/v2/templates", () => HttpResponse.json([])));
  renderWithQueries(<NewTask onCreated={vi.fn()} />);

  expect(await screen.findByText("There is no task template yet.")).toBeVisible();
});

it("shows the starter template as soon as it is imported", async () => {
  let imported = false;
  serve();
  network.use(http.get("*/api/v2/templates", () => HttpResponse.json(imported ? [template] : [])));
  renderWithQueries(<NewTask onCreated={vi.fn()} />);
  await screen.findByText("There is no task template yet.");

  imported = true;

  expect(await screen.findByRole("textbox")).toBeVisible();
});

it("offers to try again when the templates cannot be loaded", async () => {
  network.use(
    http.get("*/api/v2/templates", () =>
      HttpResponse.json({ message: "Broken.", code: "internal_error" }, { status: 500 }),
    ),
  );
  renderWithQueries(<NewTask onCreated={vi.fn()} />);
  expect(await screen.findByRole("alert")).toHaveTextContent("Broken.");

  serve();
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));

  expect(await screen.findByRole("textbox")).toBeVisible();
});
