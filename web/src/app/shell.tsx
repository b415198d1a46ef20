import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "@/api/client";
import { Button } from "@/components/ui/button";
import { useLogout } from "@/features/auth/api";
import { currentTheme, toggleTheme } from "@/lib/theme";

/** The bar above every page of a person who is signed in. */
export function Shell({ user }: { user: Schemas["User"] }) {
  const logout = useLogout();
  const navigate = useNavigate();
  const [theme, setTheme] = useState(currentTheme);
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:m-2 focus:rounded focus:bg-panel focus:p-2"
      >
        Skip to the content
      </a>
      <header className="border-line border-b bg-panel">
        <div className="mx-auto flex h-13 w-full max-w-5xl items-center gap-2 px-4">
          <Link to="/tasks" className="flex items-center gap-2 font-semibold">
            <img src="/favicon.svg" alt="" className="size-6" />
            Taskyard
          </Link>
          <span className="flex-1" />
          <Button
            look="quiet"
            aria-label={theme === "dark" ? "Use light colours" : "Use dark colours"}
            onClick={() => setTheme(toggleTheme())}
          >
            <span aria-hidden>{theme === "dark" ? "☀" : "☾"}</span>
          </Button>
          <span className="text-muted text-sm">{user.username}</span>
          <Button
            look="quiet"
            onClick={() =>
              logout.mutate(undefined, { onSettled: () => navigate({ to: "/login" }) })
            }
          >
            Sign out
          </Button>
        </div>
      </header>
      <main id="main" className="mx-auto flex w-full max-w-5xl flex-1 flex-col px-4 py-6">
        <Outlet />
      </main>
    </div>
  );
}
