import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import type { ToolItem } from "../fold";
import { ToolCard } from "./tool-card";

const tool: ToolItem = {
  type: "tool",
  key: "t1",
  title: "Edit app.py",
  kind: "edit",
  status: "failed",
  command: "",
  locations: [],
  content: [],
  leftOut: 0,
  at: "",
};

it("shows a change as it is, without characters that turn text around", () => {
  const before = "";
  const after = "if \u202eadmin";
  render(
    <ToolCard tool={{ ...tool, content: [{ type: "diff", path: "app.py", before, after }] }} />,
  );

  expect(screen.getByText("+ if admin")).toBeVisible();
});

it("shows output without characters that turn text around", () => {
  render(<ToolCard tool={{ ...tool, content: [{ type: "text", text: "done\u202e!" }] }} />);

  expect(screen.getByText("done!")).toBeVisible();
});
