// @vitest-environment node
import { describe, expect, it } from "vitest";
import { mockDetail, mockTask } from "@/mocks/wire";
import { can, listState } from "./status";

const at = "2026-11-01T12:00:00Z";
const state = (name: "working" | "idle" | "complete" | "failed") =>
  mockTask({ current_state: { timestamp: at, state: name, message: "", uri: "" } });

describe("listState", () => {
  it.each([
    [state("idle"), "needs-you"],
    [state("failed"), "needs-you"],
    [state("working"), "working"],
    [state("complete"), "done"],
    [mockTask({ current_state: null }), "working"],
    [mockTask({ status: "pending" }), "working"],
    [mockTask({ status: "initializing" }), "working"],
    [mockTask({ status: "paused" }), "paused"],
    [mockTask({ status: "unknown" }), "paused"],
    [mockTask({ status: "error" }), "needs-you"],
  ])("puts case %# into its group", (task, group) => {
    expect(listState(task).group).toBe(group);
  });
});

describe("can", () => {
  it.each([
    ["idle", { send: true, stop: false, pause: true, resume: false }],
    ["working", { send: true, stop: true, pause: true, resume: false }],
    ["paused", { send: true, stop: false, pause: false, resume: true }],
    ["failed", { send: false, stop: false, pause: true, resume: true }],
    ["deleting", { send: false, stop: false, pause: false, resume: false }],
    ["starting", { send: true, stop: false, pause: false, resume: false }],
  ] as const)("allows what makes sense while %s", (status, allowed) => {
    expect(can(mockDetail(status))).toEqual(allowed);
  });

  it("lets a person answer an agent that reports its failure", () => {
    const task = mockDetail("failed");
    const reports = { ...task, work: { ...task.work, source: "report" } };

    expect(can(reports)).toEqual({ send: true, stop: false, pause: true, resume: false });
  });
});
