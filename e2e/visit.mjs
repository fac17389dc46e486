// What a first visit costs, for the benchmarks: prints a JSON array, one object a visit.
//
// usage: node visit.mjs URL SLUG
import { launch, logIn } from "./browser.mjs";
import { PASSWORD } from "./world.mjs";

const VISITS = 5;
const [url, slug] = process.argv.slice(2);
const browser = await launch();

/** Bytes that came over the wire, headers and all, as the browser counts them. */
async function countBytes(page) {
  const client = await page.context().newCDPSession(page);
  await client.send("Network.enable");
  const counted = { bytes: 0 };
  client.on("Network.loadingFinished", ({ encodedDataLength }) => (counted.bytes += encodedDataLength));
  return counted;
}

/** How long somebody who is logged in waits for the rooms when the page is opened again, its files in the cache. */
async function comeAgain(page) {
  await page.goto("about:blank");
  const came = performance.now();
  await page.goto(url);
  await page.locator(`a[href="/salas/${slug}"]`).first().waitFor();
  return performance.now() - came;
}

const visits = [];
for (let visit = 0; visit < VISITS; visit++) {
  const context = await browser.newContext({ locale: "pt-BR", viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const counted = await countBytes(page);
  const came = performance.now();
  await page.goto(url);
  await page.getByLabel("E-mail ou apelido").waitFor();
  const interactive = performance.now() - came;
  await page.waitForLoadState("networkidle");
  const first = counted.bytes;
  await logIn(page, "ana", PASSWORD);
  const link = page.locator(`a[href="/salas/${slug}"]`).first();
  await link.waitFor();
  const inside = counted.bytes;
  const clicked = performance.now();
  await link.click();
  await page.locator(".log:not([aria-busy]) .msg[id]").last().waitFor();
  visits.push({ first, inside, interactive, room: performance.now() - clicked, again: await comeAgain(page) });
  await context.close();
}
await browser.close();
process.stdout.write(JSON.stringify(visits));
