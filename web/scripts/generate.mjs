// Writes src/api/schema.d.ts from the server's own description of its API.
// `--check` writes nothing and fails when the committed file is not what it would write.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import openapiTypescript, { astToString } from "openapi-typescript";

const target = fileURLToPath(new URL("../src/api/schema.d.ts", import.meta.url));
const installed = fileURLToPath(new URL("../../.venv/bin/taskyard", import.meta.url));
const program = process.env.TASKYARD_BIN ?? (existsSync(installed) ? installed : "taskyard");

const description = execFileSync(program, ["openapi"], { maxBuffer: 64 * 1024 * 1024 });
const syntax = await openapiTypescript(JSON.parse(description.toString("utf8")));
const text = `// Made by \`npm run generate\`; do not edit.\n\n${astToString(syntax)}`;

if (!process.argv.includes("--check")) {
  writeFileSync(target, text);
} else if (!existsSync(target) || readFileSync(target, "utf8") !== text) {
  console.error("src/api/schema.d.ts is not what the server describes: run `npm run generate`.");
  process.exit(1);
}
