import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { mockDetail } from "@/mocks/wire";
import { StateLine } from "./state-line";

it("announces the status alone, not how long it holds", () => {
  render(<StateLine task={mockDetail("working")} />);

  expect(screen.getByRole("status").textContent).toBe("Working");
});

it("says what to do about a login that is missing", () => {
  const task = mockDetail("needs_login");
  render(<StateLine task={{ ...task, work: { ...task.work, action: "login" } }} />);

  expect(screen.getByText(/log in at its terminal/)).toBeVisible();
});
