import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, must, type Schemas } from "@/api/client";

export type Task = Schemas["Task"];
export type TaskDetail = Schemas["TaskDetail"];
export type WorkStatus = TaskDetail["work"]["status"];
export type Message = Schemas["Message"];
export type Permission = Schemas["Permission"];
/** A task as it is named in URLs: `task` is its name or its id. */
export type TaskRef = { user: string; task: string };

export const taskKeys = {
  all: ["tasks"] as const,
  lists: () => [...taskKeys.all, "list"] as const,
  list: (query: string) => [...taskKeys.lists(), query] as const,
  one: (ref: TaskRef) => [...taskKeys.all, "one", ref.user, ref.task] as const,
  detail: (ref: TaskRef) => [...taskKeys.one(ref), "detail"] as const,
  messages: (ref: TaskRef) => [...taskKeys.one(ref), "messages"] as const,
  permissions: (ref: TaskRef) => [...taskKeys.one(ref), "permissions"] as const,
  options: (ref: TaskRef) => [...taskKeys.one(ref), "options"] as const,
  artifacts: (ref: TaskRef) => [...taskKeys.one(ref), "artifacts"] as const,
};

export const taskListQuery = (query: string) =>
  queryOptions({
    queryKey: taskKeys.list(query),
    // Hints make it live; this is for a link that lost them.
    refetchInterval: 15_000,
    queryFn: async ({ signal }) => {
      const answer = await api.GET("/api/v2/tasks", { params: { query: { q: query } }, signal });
      return must(answer).tasks;
    },
  });

export const taskDetailQuery = (ref: TaskRef) =>
  queryOptions({
    queryKey: taskKeys.detail(ref),
    refetchInterval: 30_000,
    queryFn: async ({ signal }) =>
      must(await api.GET("/api/v2/tasks/{user}/{task}/detail", { params: { path: ref }, signal })),
  });

export const messagesQuery = (ref: TaskRef) =>
  queryOptions({
    queryKey: taskKeys.messages(ref),
    queryFn: async ({ signal }) =>
      must(await api.GET("/api/v2/tasks/{user}/{task}/messages", { params: { path: ref }, signal }))
        .messages,
  });

export const permissionsQuery = (ref: TaskRef) =>
  queryOptions({
    queryKey: taskKeys.permissions(ref),
    queryFn: async ({ signal }) =>
      must(
        await api.GET("/api/v2/tasks/{user}/{task}/permissions", {
          params: { path: ref },
          signal,
        }),
      ).permissions,
  });

export const taskTemplatesQuery = queryOptions({
  queryKey: ["templates", "has-ai-task"] as const,
  staleTime: 60_000,
  queryFn: async ({ signal }) =>
    must(
      await api.GET("/api/v2/templates", { params: { query: { q: "has-ai-task:true" } }, signal }),
    ),
  // A new server imports its starter while its first user looks at this page.
  refetchInterval: ({ state }) => (state.data?.length === 0 ? 2_000 : false),
});

export const presetsQuery = (version: string) =>
  queryOptions({
    queryKey: ["presets", version] as const,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) =>
      must(
        await api.GET("/api/v2/templateversions/{version}/presets", {
          params: { path: { version } },
          signal,
        }),
      ),
  });

/** The build that a task's workspace is in, or was in last. */
export const latestBuildQuery = (workspace: string, buildNumber: number) =>
  queryOptions({
    queryKey: ["workspaces", workspace, "build", buildNumber] as const,
    staleTime: 5_000,
    queryFn: async ({ signal }) =>
      must(
        await api.GET("/api/v2/workspaces/{workspace}", {
          params: { path: { workspace } },
          signal,
        }),
      ).latest_build,
  });

export function useCreateTask() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (body: Schemas["CreateTask"]) =>
      must(await api.POST("/api/v2/tasks/{user}", { params: { path: { user: "me" } }, body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: taskKeys.lists() }),
  });
}

export function useSendMessage(ref: TaskRef) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["CreateMessage"]) =>
      api.POST("/api/v2/tasks/{user}/{task}/messages", { params: { path: ref }, body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: taskKeys.one(ref) }),
  });
}

export function useChangeMessage(ref: TaskRef) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, input }: { id: string; input: string }) =>
      api.PATCH("/api/v2/tasks/{user}/{task}/messages/{message}", {
        params: { path: { ...ref, message: id } },
        body: { input },
      }),
    onSettled: () => queries.invalidateQueries({ queryKey: taskKeys.messages(ref) }),
  });
}

export function useRemoveMessage(ref: TaskRef) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      api.DELETE("/api/v2/tasks/{user}/{task}/messages/{message}", {
        params: { path: { ...ref, message: id } },
      }),
    onSettled: () => queries.invalidateQueries({ queryKey: taskKeys.one(ref) }),
  });
}

export function useAnswerPermission(ref: TaskRef) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, option }: { id: string; option: string }) =>
      api.POST("/api/v2/tasks/{user}/{task}/permissions/{permission}", {
        params: { path: { ...ref, permission: id } },
        body: { option_id: option, kind: "" },
      }),
    onSettled: () => queries.invalidateQueries({ queryKey: taskKeys.one(ref) }),
  });
}

/** Who may talk to the agent: the chat, or the person at its terminal. */
export function useSetControl(ref: TaskRef) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["SetControl"]) =>
      api.PUT("/api/v2/tasks/{user}/{task}/control", { params: { path: ref }, body }),
    onSettled: () => queries.invalidateQueries({ queryKey: taskKeys.detail(ref) }),
  });
}

export type TaskAction = "cancel" | "pause" | "resume" | "delete";

export function useTaskAction(ref: TaskRef) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (action: TaskAction): Promise<void> => {
      const params = { path: ref };
      switch (action) {
        case "cancel":
          await api.POST("/api/v2/tasks/{user}/{task}/cancel", { params });
          break;
        case "pause":
          await api.POST("/api/v2/tasks/{user}/{task}/pause", { params });
          break;
        case "resume":
          await api.POST("/api/v2/tasks/{user}/{task}/resume", { params });
          break;
        case "delete":
          await api.DELETE("/api/v2/tasks/{user}/{task}", { params });
          break;
      }
    },
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: taskKeys.one(ref) }),
        queries.invalidateQueries({ queryKey: taskKeys.lists() }),
      ]),
  });
}
