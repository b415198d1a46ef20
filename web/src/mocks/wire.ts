import type { Schemas } from "@/api/client";

const NOW = "2026-11-01T12:00:00Z";
const id = (n: number) => `00000000-0000-0000-0000-${String(n).padStart(12, "0")}`;

/** Whole bodies of the API; a test changes what it is about. */
export function mockTask(changes: Partial<Schemas["Task"]> = {}): Schemas["Task"] {
  return {
    id: id(1),
    organization_id: id(2),
    owner_id: id(3),
    owner_name: "ada",
    owner_avatar_url: "",
    name: "tidy-up",
    display_name: "Tidy up",
    template_id: id(4),
    template_version_id: id(5),
    template_name: "tasks-local",
    template_display_name: "Tasks",
    template_icon: "",
    workspace_id: null,
    workspace_name: "tidy-up",
    workspace_status: "running",
    workspace_build_number: 1,
    workspace_agent_id: null,
    workspace_agent_lifecycle: "ready",
    workspace_agent_health: null,
    workspace_app_id: null,
    initial_prompt: "tidy up",
    status: "active",
    current_state: { timestamp: NOW, state: "idle", message: "all tidy", uri: "" },
    created_at: NOW,
    updated_at: NOW,
    ...changes,
  };
}

export function mockDetail(
  status: Schemas["TaskDetail"]["work"]["status"] = "idle",
  changes: Partial<Schemas["TaskDetail"]> = {},
): Schemas["TaskDetail"] {
  return {
    ...mockTask(),
    work: {
      status,
      source: "driver",
      since: NOW,
      heard_at: NOW,
      detail: "",
      action: "",
      reported: "",
    },
    session_id: id(6),
    session_title: "",
    usage: null,
    queued_messages: 0,
    pending_permissions: 0,
    permission_policy: "allow_edits",
    demo_model: false,
    isolation: "bubblewrap",
    controller: "chat",
    terminal: "none",
    ...changes,
  };
}

export function mockMessage(changes: Partial<Schemas["Message"]> = {}): Schemas["Message"] {
  return {
    id: id(7),
    task_id: id(1),
    author_id: id(3),
    author_name: "ada",
    input: "and the tests",
    state: "queued",
    kind: "follow_up",
    position: 1,
    created_at: NOW,
    delivered_at: null,
    error: "",
    ...changes,
  };
}

export const mockTemplate = (
  name: string,
  n = 8,
): Pick<Schemas["Template"], "id" | "name" | "display_name" | "active_version_id"> => ({
  id: id(n),
  name,
  display_name: name,
  active_version_id: id(n + 100),
});

export const mockPreset = (name: string, n: number, isDefault = false): Schemas["Preset"] => ({
  ID: id(n),
  Name: name,
  Parameters: [],
  Default: isDefault,
  DesiredPrebuildInstances: null,
  Description: "",
  Icon: "",
});

export function mockEvent(
  seq: number,
  kind: string,
  key: string,
  data: Record<string, unknown>,
): Schemas["StoredEvent"] {
  return { seq, session_id: id(6), kind, key, at: NOW, data };
}
