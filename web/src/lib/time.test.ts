// @vitest-environment node
import { expect, it } from "vitest";
import { duration, since } from "./time";

it.each([
  [-5, "0 s"],
  [59_999, "59 s"],
  [60_000, "1 min"],
  [3_600_000, "1 h"],
  [200_000_000, "2 d"],
])("says %i ms as %s", (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

it("counts from a time of the server", () => {
  expect(since("2026-11-01T12:00:00Z", Date.parse("2026-11-01T12:00:09Z"))).toBe("9 s");
});
