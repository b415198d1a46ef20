import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { SafeMarkdown } from "./markdown";

it("shows prose, lists and tables", () => {
  render(<SafeMarkdown text={"# Done\n\n- one\n\n| a |\n|---|\n| b |"} />);

  expect(screen.getByRole("heading", { name: "Done" })).toBeVisible();
  expect(screen.getByRole("listitem")).toHaveTextContent("one");
  expect(screen.getByRole("cell")).toHaveTextContent("b");
});

it("runs and renders nothing of an agent's HTML", () => {
  const { container } = render(
    <SafeMarkdown text={'<img src=x onerror="alert(1)"><script>alert(2)</script>text'} />,
  );

  expect(container.querySelector("img, script")).toBeNull();
  expect(container).toHaveTextContent("text");
});

it("takes the address off links that would run a script", () => {
  render(<SafeMarkdown text="[here](javascript:alert(1))" />);

  expect(screen.getByText("here")).not.toHaveAttribute("href", expect.stringContaining("script"));
});

it("opens links apart from this page, and images only when asked to", () => {
  const { container } = render(<SafeMarkdown text="![plan](https://e.com/i.png)" />);

  expect(container.querySelector("img")).toBeNull();
  const link = screen.getByRole("link", { name: "[image: plan]" });
  expect(link).toHaveAttribute("rel", expect.stringContaining("noopener"));
  expect(link).toHaveAttribute("target", "_blank");
});
