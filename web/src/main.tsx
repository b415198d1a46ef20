import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "./app/query-client";
import { router } from "./app/router";
import { applyTheme, currentTheme } from "./lib/theme";
import "./theme/index.css";

applyTheme(currentTheme());
addEventListener("taskyard:signed-out", () => router.invalidate());

const container = document.getElementById("root");
if (container === null) {
  throw new Error("index.html has no #root");
}
createRoot(container).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
