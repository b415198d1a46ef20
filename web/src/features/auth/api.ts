import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, isApiError, must, type Schemas } from "@/api/client";

export const authKeys = {
  me: ["me"] as const,
  setup: ["setup"] as const,
};

/** Who is signed in; null for nobody. */
export const meQuery = queryOptions({
  queryKey: authKeys.me,
  staleTime: 60_000,
  retry: false,
  queryFn: async (): Promise<Schemas["User"] | null> => {
    try {
      return must(await api.GET("/api/v2/users/{user}", { params: { path: { user: "me" } } }));
    } catch (error) {
      if (isApiError(error, 401)) {
        return null;
      }
      throw error;
    }
  },
});

export function useLogin() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["Login"]) => api.POST("/api/v2/users/login", { body }),
    // Forgotten, not made stale: the router takes whatever is there.
    onSuccess: () => queries.removeQueries({ queryKey: authKeys.me }),
  });
}

export function useLogout() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.POST("/api/v2/users/logout"),
    onSettled: () => {
      queries.clear();
      queries.setQueryData(authKeys.me, null);
    },
  });
}

/** Makes the first user, then signs in as them. */
export function useSetup() {
  const login = useLogin();
  return useMutation({
    mutationFn: async (body: Schemas["CreateFirstUser"]) => {
      await api.POST("/api/v2/users/first", { body });
      await login.mutateAsync({ email: body.username, password: body.password });
    },
  });
}
