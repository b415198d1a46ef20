import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError, isApiError } from "@/api/client";
import { authKeys } from "@/features/auth/api";

/** A session that has ended shows up anywhere; the router then asks for a login. */
function onError(error: Error): void {
  if (isApiError(error, 401) && queryClient.getQueryData(authKeys.me)) {
    queryClient.setQueryData(authKeys.me, null);
    globalThis.dispatchEvent(new Event("taskyard:signed-out"));
  }
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      // What the server refuses it refuses again; what was lost on the way may come.
      retry: (failures, error) =>
        failures < 3 && !(error instanceof ApiError && error.status > 0 && error.status < 500),
    },
  },
});
