// What a person does with the pages, in a real browser, against a server at argv[2].
// Prints a line before each step; screenshots go to argv[3]. Ends with an error status
// when something is not there in time, or the page throws.
import { join } from "node:path";
import { chromium } from "../../../web/node_modules/playwright-core/index.mjs";

const [, , base, folder, executablePath] = process.argv;
const step = (name) => console.log(name);

const browser = await chromium.launch({
  executablePath,
  args: [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
context.setDefaultTimeout(45_000);
const page = await context.newPage();
const errors = [];
page.on("pageerror", (error) => errors.push(error.message));
const see = (text) => page.getByText(text).first().waitFor();
const picture = (name) => page.screenshot({ path: join(folder, `${name}.png`) });
const at = (path) => page.waitForURL((url) => url.pathname === path);

try {
  step("signs in");
  await page.goto(`${base}/tasks`);
  await at("/login");
  await page.getByLabel("Username or e-mail").fill("ada");
  await page.getByLabel("Password").fill("a wrong password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Sign in" }).click();
  await at("/tasks");

  step("sees the task that needs somebody");
  await page.getByRole("link", { name: /fix the tests/i }).waitFor();
  await picture("list");
  await page.getByRole("link", { name: /fix the tests/i }).click();

  step("reads the transcript");
  await see("I change one line.");
  await page.getByRole("figure", { name: "Changes to app.py" }).waitFor();
  await picture("task");

  step("opens the files that changed");
  await page.getByText("1 file changed").click();
  await page.getByRole("button", { name: /app\.py/ }).click();
  await see("+port = 8080");
  await picture("files");
  await page.getByText("1 file changed").click();

  step("answers a permission request");
  await page.getByRole("button", { name: "Allow it" }).click();
  await see("Answered: Allow it");

  step("sends a follow-up");
  await page.getByLabel("Message to the agent").fill("and the docs");
  await page.keyboard.press("Control+Enter");
  await see("The docs are done.");

  step("pauses");
  await page.getByRole("button", { name: "Pause" }).click();
  await see("The conversation and the files are kept");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.reload();
  await see("The docs are done.");
  await picture("paused-dark");

  step("resumes");
  await page.getByRole("button", { name: "Resume", exact: true }).click();
  await see("Starting");

  step("starts another task");
  await page.getByRole("link", { name: "Back to tasks" }).click();
  await page.getByLabel("What shall the agent do?").fill("write a song");
  await page.getByRole("button", { name: "Run task" }).click();
  await page.getByRole("heading", { name: /write a song/i }).waitFor();
  await see("Planning");
  await picture("starting");

  step("deletes it");
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await at("/tasks");
  await page.getByRole("link", { name: /fix the tests/i }).waitFor();
  await page.getByRole("link", { name: /write a song/i }).waitFor({ state: "detached" });

  step("signs out");
  await page.getByRole("button", { name: "Sign out" }).click();
  await at("/login");
  if (errors.length > 0) {
    throw new Error(`the page threw: ${errors.join("; ")}`);
  }
} catch (error) {
  await picture("failed");
  throw error;
} finally {
  await browser.close();
}
