// Two nodes behind one address, as a proxy in front of them gives people: one is killed, then both restart in turn.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { after, before, test } from "node:test";
import { launch, logIn as enterThrough, open, shot } from "./browser.mjs";
import { PASSWORD, api, logIn, room, start } from "./world.mjs";

/** What stands before the nodes: every new connection goes to the first one that answers. */
async function front() {
  const nodes = [];
  const streams = new Set();
  const server = createServer((client) => {
    const reach = ([node, ...others]) => {
      if (!node) return client.destroy();
      const stream = connect(Number(new URL(node.url).port), "127.0.0.1");
      let reached = false;
      stream.on("error", () => (reached ? client.destroy() : reach(others)));
      stream.once("connect", () => {
        reached = true;
        client.pipe(stream).pipe(client);
        stream.on("close", () => client.destroy());
      });
      client.on("error", () => stream.destroy());
    };
    streams.add(client);
    client.on("close", () => streams.delete(client));
    reach(nodes);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { nodes, url: `http://127.0.0.1:${server.address().port}`, close: () => (server.close(), streams.forEach((stream) => stream.destroy())) };
}

let browser;
let square;
before(async () => {
  browser = await launch();
  square = await front();
  const first = await start("postgres and redis", { PRACA_PUBLIC_URL: square.url });
  const { PRACA_DATABASE_URL, PRACA_REDIS_URL, PRACA_SECRET_KEY, PRACA_PUBLIC_URL } = first.env;
  const shared = { PRACA_DATABASE_URL, PRACA_REDIS_URL, PRACA_SECRET_KEY, PRACA_PUBLIC_URL };
  square.another = () => start("postgres and redis", shared);
  square.nodes.push(first, await square.another());
});
after(async () => {
  await browser.close();
  square.close();
  for (const node of square.nodes) await node.stop();
});

test("a page goes on at the other node when its own is killed or restarts, and misses nothing", async () => {
  const page = await open(browser, square);
  await enterThrough(page, "caio", PASSWORD);
  await page.goto(`${square.url}/salas/praca-central`);
  const composer = page.getByRole("textbox", { name: /Mensagem para/ });
  await composer.fill("antes da queda");
  await composer.press("Enter");
  await page.locator(".msg", { hasText: "antes da queda" }).waitFor();

  const bia = await logIn(square.nodes[1], "bia");
  const central = await room(square.nodes[1], bia.accessToken, "praca-central");
  const say = async (node, text) => {
    const { status } = await api(node, "POST", `/rooms/${central.id}/messages`, { token: bia.accessToken, body: { body: text, nonce: randomUUID() } });
    assert.equal(status, 201);
  };
  // Whatever alarms, blocks or looks failed from here on is noted, however short it is to be seen.
  await page.evaluate(() => {
    globalThis.alarms = [];
    const look = () => {
      for (const shown of document.querySelectorAll("[role=alert], .msg[data-state=failed], dialog[open]")) {
        if (shown.textContent.trim()) globalThis.alarms.push(shown.textContent.trim());
      }
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  const [killed, other] = square.nodes;
  killed.child.kill("SIGKILL");
  await say(other, "enquanto um nó caía");
  await page.locator(".msg", { hasText: "enquanto um nó caía" }).waitFor();
  await composer.fill("do outro lado");
  await composer.press("Enter");
  await page.locator(".msg[id]", { hasText: "do outro lado" }).waitFor();

  // A rolling restart: a new node comes before the old one, then the old one is asked to stop.
  await killed.stop();
  square.nodes.splice(0, 1, await square.another());
  const stopping = other.stop();
  await say(square.nodes[0], "durante a troca");
  await page.locator(".msg", { hasText: "durante a troca" }).waitFor();
  await stopping;
  square.nodes.splice(1, 1);
  await composer.fill("depois da troca");
  await composer.press("Enter");
  await page.locator(".msg[id]", { hasText: "depois da troca" }).waitFor();
  await shot(page, "after a rolling restart");
  const texts = ["antes da queda", "enquanto um nó caía", "do outro lado", "durante a troca", "depois da troca"];
  for (const text of texts) assert.equal(await page.locator(".msg", { hasText: text }).count(), 1, text);
  assert.deepEqual(await page.evaluate(() => globalThis.alarms), []);
  assert.deepEqual(page.complaints, []);
});
