import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { expect, it } from "vitest";
import type { Schemas } from "@/api/client";
import { renderWithQueries } from "@/mocks/render";
import { network } from "@/mocks/server";
import { ChangedFiles } from "./changed-files";

const at = { user: "ada", task: "tidy-up" };
const file: Schemas["Artifact"] = {
  id: "00000000-0000-0000-0000-000000000001",
  path: "docs/notes.md",
  kind: "edited",
  changes: 1,
  additions: 2,
  deletions: 1,
  tool: "Edit",
  first_at: "2026-11-01T12:00:00Z",
  last_at: "2026-11-01T12:00:00Z",
  first_seq: 4,
  last_seq: 4,
};

function show(artifacts: Schemas["Artifact"][]) {
  network.use(
    http.get("*/api/v2/tasks/ada/tidy-up/artifacts", () =>
      HttpResponse.json({ artifacts, count: artifacts.length }),
    ),
    http.get("*/api/v2/tasks/ada/tidy-up/artifacts/*", () =>
      HttpResponse.json({
        ...file,
        diff: "--- a/docs/notes.md\n+++ b/docs/notes.md\n@@ -1 +1,2 @@\n-old\n+new\n+more",
        text: "new\nmore",
        text_is_whole: true,
        truncated: false,
      }),
    ),
  );
  return renderWithQueries(<ChangedFiles at={at} />);
}

it("lists the files that changed and opens the changes of one", async () => {
  show([file]);

  await userEvent.click(await screen.findByText("1 file changed"));
  await userEvent.click(screen.getByRole("button", { name: /docs\/notes\.md/ }));

  expect(await screen.findByText("+more")).toBeInTheDocument();
});

it("takes no room while nothing has changed", async () => {
  const { container } = show([]);

  await waitFor(() => expect(container).toBeEmptyDOMElement());
});
