import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import type { PermissionItem } from "../fold";
import { PermissionCard } from "./permission-card";

const permission: PermissionItem = {
  type: "permission",
  key: "p1",
  title: "rm -r \u202ebuild",
  options: [
    { id: "a", name: "Allow", kind: "allow_once" },
    { id: "r", name: "Reject", kind: "reject_once" },
  ],
  outcome: "",
  by: "",
  at: "",
};

it("offers the agent's own answers while the request is open", async () => {
  const answer = vi.fn();
  render(
    <PermissionCard
      permission={permission}
      answering={{ open: new Set(["p1"]), isSending: false, answer }}
    />,
  );

  await userEvent.click(screen.getByRole("button", { name: "Reject" }));

  expect(answer).toHaveBeenCalledWith("p1", "r");
  expect(screen.getByText("rm -r build")).toBeVisible();
});

it("offers nothing once it is answered, and says by whom", () => {
  render(
    <PermissionCard
      permission={{ ...permission, outcome: "Allow", by: "ada" }}
      answering={{ open: new Set(["p1"]), isSending: false, answer: vi.fn() }}
    />,
  );

  expect(screen.queryByRole("button")).toBeNull();
  expect(screen.getByText("Answered: Allow (by ada)")).toBeVisible();
});

it("claims nothing about a request before the server has said what is open", () => {
  render(
    <PermissionCard
      permission={permission}
      answering={{ open: undefined, isSending: false, answer: vi.fn() }}
    />,
  );

  expect(screen.queryByRole("button")).toBeNull();
  expect(screen.queryByText("No longer open.")).toBeNull();
});
