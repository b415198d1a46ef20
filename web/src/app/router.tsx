import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  Link,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { Failure } from "@/components/failure";
import { meQuery } from "@/features/auth/api";
import { LoginPage } from "@/features/auth/login-page";
import { SetupPage } from "@/features/auth/setup-page";
import { queryClient } from "./query-client";
import { Shell } from "./shell";
import { TasksPage } from "./tasks-page";

// The page with the transcript is most of the code, and not needed to sign in.
const TaskPage = lazyRouteComponent(() => import("./task-page"), "TaskPage");

const text = (value: unknown): string => (typeof value === "string" ? value : "");

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Outlet,
  errorComponent: ({ error, reset }) => (
    <div className="mx-auto max-w-2xl p-8">
      <Failure title="This page cannot be shown" error={error} retry={reset} />
    </div>
  ),
  notFoundComponent: () => (
    <div className="mx-auto max-w-2xl space-y-2 p-8">
      <p className="font-semibold">There is no such page.</p>
      <Link to="/tasks" className="text-accent underline">
        To the tasks
      </Link>
    </div>
  ),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  validateSearch: (search) => ({ token: text(search.token) }),
  component: function Setup() {
    const { token } = setup.useSearch();
    return <SetupPage token={token} onDone={() => router.navigate({ to: "/tasks" })} />;
  },
});

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (search): { redirect?: string } => {
    const wanted = text(search.redirect);
    // A path of ours only: a login must not send anybody to another site.
    return /^\/(?![/\\])/.test(wanted) ? { redirect: wanted } : {};
  },
  component: function Login() {
    const search = login.useSearch();
    return <LoginPage onDone={() => router.history.push(search.redirect ?? "/tasks")} />;
  },
});

const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  beforeLoad: async ({ context, location }) => {
    const user = await context.queries.ensureQueryData(meQuery);
    if (user === null) {
      throw redirect({ to: "/login", search: { redirect: location.href } });
    }
    return { user };
  },
  component: function SignedIn() {
    const { user } = signedIn.useRouteContext();
    return <Shell user={user} />;
  },
});

const home = createRoute({
  getParentRoute: () => signedIn,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/tasks" });
  },
});

const tasks = createRoute({
  getParentRoute: () => signedIn,
  path: "/tasks",
  validateSearch: (search): { prompt?: string } =>
    text(search.prompt) ? { prompt: text(search.prompt) } : {},
  component: function Tasks() {
    const { prompt } = tasks.useSearch();
    return <TasksPage startPrompt={prompt} />;
  },
});

const task = createRoute({
  getParentRoute: () => signedIn,
  path: "/tasks/$user/$task",
  component: function Task() {
    const at = task.useParams();
    return <TaskPage key={`${at.user}/${at.task}`} at={at} />;
  },
});

export const router = createRouter({
  routeTree: root.addChildren([setup, login, signedIn.addChildren([home, tasks, task])]),
  context: { queries: queryClient },
  defaultPreload: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
