import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, must, type Schemas } from "@/api/client";
import { type TaskRef, taskKeys } from "@/features/tasks/api";

export type TaskOption = Schemas["TaskOption"];
export type PermissionPolicy = Schemas["TaskDetail"]["permission_policy"];

export const optionsQuery = (ref: TaskRef) =>
  queryOptions({
    queryKey: taskKeys.options(ref),
    queryFn: async ({ signal }) =>
      must(await api.GET("/api/v2/tasks/{user}/{task}/options", { params: { path: ref }, signal }))
        .options,
  });

export function useSetOption(ref: TaskRef) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, value }: { id: string; value: string | boolean }) =>
      must(
        await api.PUT("/api/v2/tasks/{user}/{task}/options/{option}", {
          params: { path: { ...ref, option: id } },
          body: { value },
        }),
      ).options,
    onSuccess: (options) => queries.setQueryData(optionsQuery(ref).queryKey, options),
    onError: () => queries.invalidateQueries({ queryKey: taskKeys.options(ref) }),
  });
}

export function useSetPolicy(ref: TaskRef) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (policy: PermissionPolicy) =>
      api.PATCH("/api/v2/tasks/{user}/{task}/permission-policy", {
        params: { path: ref },
        body: { policy },
      }),
    onSettled: () => queries.invalidateQueries({ queryKey: taskKeys.one(ref) }),
  });
}
