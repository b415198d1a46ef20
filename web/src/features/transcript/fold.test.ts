// @vitest-environment node
import { describe, expect, it } from "vitest";
import { mockEvent as event } from "@/mocks/wire";
import { emptyTranscript, fold } from "./fold";

const items = (...events: Parameters<typeof fold>[1]) => fold(emptyTranscript, events).items;

describe("fold", () => {
  it("appends the chunks of one message, also across batches", () => {
    const chunk = (seq: number, text: string) =>
      event(seq, "message_chunk", "m1", { role: "agent", text });

    const first = fold(emptyTranscript, [chunk(1, "I lo"), chunk(2, "ok")]);
    const second = fold(first, [chunk(3, " around.")]);

    expect(second.items).toMatchObject([{ type: "message", text: "I look around." }]);
    expect(first.items).toMatchObject([{ text: "I look" }]);
  });

  it("leaves out what was seen before, so that a stream may overlap", () => {
    const chunk = event(1, "message_chunk", "m1", { role: "agent", text: "once" });

    const seen = fold(fold(emptyTranscript, [chunk]), [chunk]);

    expect(seen.items).toMatchObject([{ text: "once" }]);
    expect(seen.lastSeq).toBe(1);
  });

  it("replaces what chunks said by the whole message", () => {
    const found = items(
      event(1, "message_chunk", "m1", { role: "agent", text: "half" }),
      event(2, "message", "m1", { role: "agent", text: "whole" }),
    );

    expect(found).toMatchObject([{ text: "whole" }]);
  });

  it("marks where control changed hands, each time", () => {
    const found = items(
      event(1, "control", "control", { controller: "terminal", by: "user" }),
      event(2, "control", "control", { controller: "chat", by: "agent", detail: "it ended" }),
    );

    expect(found).toMatchObject([
      { type: "control", controller: "terminal" },
      { type: "control", controller: "chat", detail: "it ended" },
    ]);
  });

  it("keeps a tool call where it began and what is known of it", () => {
    const found = items(
      event(1, "tool", "t1", {
        title: "cat a.txt",
        status: "pending",
        raw_input: { command: "cat a.txt" },
        locations: [{ path: "a.txt" }],
      }),
      event(2, "message", "m1", { role: "agent", text: "meanwhile" }),
      event(3, "tool", "t1", {
        status: "completed",
        content: [{ type: "content", content: { type: "text", text: "```console\nhello\n```" } }],
      }),
    );

    expect(found).toMatchObject([
      {
        type: "tool",
        title: "cat a.txt",
        status: "completed",
        command: "cat a.txt",
        locations: ["a.txt"],
        content: [{ type: "text", text: "hello" }],
      },
      { type: "message" },
    ]);
  });

  it("reads diffs of new and changed files", () => {
    const found = items(
      event(1, "tool", "t1", {
        content: [{ type: "diff", path: "a", oldText: null, newText: "x" }],
      }),
    );

    expect(found).toMatchObject([{ content: [{ type: "diff", before: "", after: "x" }] }]);
  });

  it("starts a new plan in each turn and renews it within one", () => {
    const plan = (seq: number, content: string) =>
      event(seq, "plan", "plan", { entries: [{ content, status: "pending" }] });

    const found = items(
      plan(1, "look"),
      plan(2, "write"),
      event(3, "turn_ended", "1", { stop_reason: "end_turn", duration_ms: 1000 }),
      plan(4, "test"),
    );

    expect(found).toMatchObject([
      { entries: [{ content: "write" }] },
      { type: "turn", durationMs: 1000 },
      { entries: [{ content: "test" }] },
    ]);
  });

  it("writes the answer onto the permission that was asked for", () => {
    const found = items(
      event(1, "permission_requested", "p1", {
        title: "rm -r build",
        options: [{ id: "yes", name: "Allow", kind: "allow_once" }],
      }),
      event(2, "permission_resolved", "p1", { outcome: "selected", option_id: "yes", by: "ada" }),
    );

    expect(found).toMatchObject([{ title: "rm -r build", outcome: "Allow", by: "ada" }]);
  });

  it("shows what the report tool said once, as a report", () => {
    const found = items(
      event(1, "tool", "t1", { name: "mcp__taskyard__report_task", title: "report" }),
      event(2, "report", "report", { state: "working", summary: "Reading" }),
      event(3, "report", "report", { state: "complete", summary: "Done" }),
    );

    expect(found).toMatchObject([{ summary: "Reading" }, { summary: "Done" }]);
  });

  it("survives data of any shape and kinds it does not know", () => {
    const found = items(
      event(1, "message", "m1", { text: 7, role: {} }),
      event(2, "tool", "t1", { content: "no", locations: [3], raw_input: null }),
      event(3, "from_the_future", "x", {}),
      event(4, "permission_resolved", "never-asked", {}),
    );

    expect(found).toMatchObject([
      { type: "message", text: "" },
      { type: "tool", content: [], locations: [""] },
    ]);
  });
});
