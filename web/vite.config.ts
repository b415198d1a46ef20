import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.TASKYARD_URL ?? "http://127.0.0.1:7080";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: "../src/taskyard/server/static",
    emptyOutDir: true,
  },
  server: { proxy: { "/api": { target: server, ws: true, changeOrigin: true } } },
  test: {
    environment: "jsdom",
    setupFiles: ["./src/mocks/setup.ts"],
    restoreMocks: true,
    testTimeout: 40_000,
  },
});
