import { queryOptions } from "@tanstack/react-query";
import { api, must, type Schemas } from "@/api/client";
import { type TaskRef, taskKeys } from "@/features/tasks/api";

export type Artifact = Schemas["Artifact"];

export const artifactsQuery = (ref: TaskRef) =>
  queryOptions({
    queryKey: taskKeys.artifacts(ref),
    queryFn: async ({ signal }) =>
      must(
        await api.GET("/api/v2/tasks/{user}/{task}/artifacts", { params: { path: ref }, signal }),
      ),
  });

/** A file's changes; asked for again when the file changed since. */
export const artifactQuery = (ref: TaskRef, artifact: Artifact) =>
  queryOptions({
    queryKey: [...taskKeys.artifacts(ref), artifact.id, artifact.last_seq] as const,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) =>
      must(
        await api.GET("/api/v2/tasks/{user}/{task}/artifacts/{artifact}", {
          params: { path: { ...ref, artifact: artifact.id } },
          signal,
        }),
      ),
  });
