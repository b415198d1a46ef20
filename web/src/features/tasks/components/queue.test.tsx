import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { expect, it } from "vitest";
import { renderWithQueries } from "@/mocks/render";
import { network } from "@/mocks/server";
import { Queue } from "./queue";

const path = "*/api/v2/tasks/ada/tidy-up/messages";

it("says that the messages cannot be loaded, and loads them when asked again", async () => {
  network.use(
    http.get(path, () => HttpResponse.json({ message: "The database is away." }, { status: 503 })),
  );
  renderWithQueries(<Queue at={{ user: "ada", task: "tidy-up" }} />);

  expect(await screen.findByRole("alert")).toHaveTextContent("The database is away.");
  network.use(
    http.get(path, () =>
      HttpResponse.json({
        count: 1,
        messages: [{ id: "1", kind: "follow_up", state: "queued", input: "now the tests" }],
      }),
    ),
  );
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));

  expect(await screen.findByText("now the tests")).toBeVisible();
  expect(screen.queryByRole("alert")).toBeNull();
});
