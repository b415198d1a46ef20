import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** A refusal of the server, or no answer at all (status 0). Match `status` and `code` only. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly detail: string = "",
  ) {
    super(message);
    this.name = "ApiError";
  }
}

export const isApiError = (error: unknown, status: number): error is ApiError =>
  error instanceof ApiError && error.status === status;

async function refusal(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    const body = JSON.parse(text) as Partial<Schemas["ErrorBody"]>;
    return new ApiError(
      response.status,
      body.code ?? "",
      body.message ?? response.statusText,
      body.detail ?? "",
    );
  } catch {
    return new ApiError(response.status, "", `The server answered ${response.status}.`);
  }
}

const failures: Middleware = {
  async onResponse({ response }) {
    if (!response.ok) {
      throw await refusal(response);
    }
  },
  onError() {
    return new ApiError(
      0,
      "unreachable",
      "The server does not answer.",
      "Check that it is running; this page tries again by itself.",
    );
  },
};

export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  // Looked up at each call, so that tests can put their own network in.
  fetch: (request) => globalThis.fetch(request),
});
api.use(failures);

/** The body of an answer that a failure was not thrown for. */
export function must<T>(answer: { data?: T }): T {
  if (answer.data === undefined) {
    throw new ApiError(0, "empty", "The server answered with nothing.");
  }
  return answer.data;
}
