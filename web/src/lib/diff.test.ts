// @vitest-environment node
import { describe, expect, it } from "vitest";
import { diffLines } from "./diff";

const shown = (before: string, after: string, context = 1) =>
  diffLines(before, after, context).map(({ kind, text }) => `${kind}:${text}`);

describe("diffLines", () => {
  it("shows a new file as added and an emptied one as removed", () => {
    expect(shown("", "a\nb\n")).toEqual(["added:a", "added:b"]);
    expect(shown("a\n", "")).toEqual(["removed:a"]);
  });

  it("keeps equal lines near a change and leaves out those far away", () => {
    const before = "1\n2\n3\n4\n5\n6\n7";
    const after = "one\n2\n3\n4\n5\n6\nseven";

    expect(shown(before, after)).toEqual([
      "removed:1",
      "added:one",
      "same:2",
      "gap:…",
      "same:6",
      "removed:7",
      "added:seven",
    ]);
  });

  it("finds a line that moved in between", () => {
    expect(shown("a\nc", "a\nb\nc")).toEqual(["same:a", "added:b", "same:c"]);
  });

  it("shows nothing for equal texts", () => {
    expect(shown("a\nb", "a\nb")).toEqual([]);
  });

  it("replaces as a whole what is too large to compare", () => {
    const before = Array.from({ length: 2500 }, (_, n) => `old ${n}`).join("\n");
    const after = Array.from({ length: 2500 }, (_, n) => `new ${n}`).join("\n");

    const kinds = diffLines(before, after).map((line) => line.kind);

    expect(kinds.slice(0, 2500).every((kind) => kind === "removed")).toBe(true);
    expect(kinds.slice(2500).every((kind) => kind === "added")).toBe(true);
  });
});
