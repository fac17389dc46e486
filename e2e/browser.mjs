// Chromium for the tests: pages that fail on any console error, and axe.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const SIZES = { desktop: { width: 1440, height: 900 }, tablet: { width: 820, height: 1180 }, phone: { width: 390, height: 844 } };

/** Starts the browser; as root it needs no sandbox of its own. */
export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

/** A page of its own: nobody is logged in, and no service worker stands between it and the server unless `worker` says so. What the console complains of is kept in `page.complaints`. */
export async function open(browser, world, { size = "desktop", scheme = "light", path = "/", touch = false, worker = false } = {}) {
  const context = await browser.newContext({ viewport: SIZES[size], colorScheme: scheme, hasTouch: touch, isMobile: touch, locale: "pt-BR", timezoneId: "America/Sao_Paulo", serviceWorkers: worker ? "allow" : "block" });
  context.setDefaultTimeout(15_000);
  const page = await tabIn(context);
  await page.goto(world.url + path);
  return page;
}

/** One more page of a browser's. */
export async function tabIn(context) {
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", (message) => {
    // The browser itself reports refused requests; that nobody is logged in yet is one.
    const expected = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !expected) page.complaints.push(message.text());
  });
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  return page;
}

/** Fills in the form to log in, and sends it. */
export async function enter(page, login, password) {
  await page.getByLabel("E-mail ou apelido").fill(login);
  await page.getByLabel("Senha", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Entrar na praça" }).click();
}

/** Logs in through the form. */
export async function logIn(page, login, password) {
  await enter(page, login, password);
  await page.waitForURL(/\/salas/);
}

const clients = new WeakMap();

/** A page's developer tools. One session for all: when one ends, what others turned on is off. */
export async function devtools(page) {
  if (!clients.has(page)) clients.set(page, await page.context().newCDPSession(page));
  return clients.get(page);
}

/** What axe finds on the page once nothing is moving in. The policy forbids injected scripts, so it runs in a world of its own. */
export async function axe(page) {
  await page.evaluate(() => {
    const ends = (animation) => animation.effect.getComputedTiming().endTime !== Infinity;
    return Promise.allSettled(document.getAnimations().filter(ends).map((animation) => animation.finished));
  });
  const client = await devtools(page);
  const { frameTree } = await client.send("Page.getFrameTree");
  const { executionContextId } = await client.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
  const evaluate = async (expression, awaitPromise = false) => {
    const answer = await client.send("Runtime.evaluate", { expression, contextId: executionContextId, awaitPromise, returnByValue: true });
    if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.exception?.description ?? answer.exceptionDetails.text);
    return answer.result.value;
  };
  await evaluate(axeSource);
  const found = await evaluate("axe.run().then((result) => result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`))", true);
  return found;
}

/** Keeps a picture where `PRACA_SHOTS` says, for looking at. */
export async function shot(page, name) {
  const folder = process.env.PRACA_SHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png` });
}
