// The square as an app of its own: manifest, icons, a worker that keeps the shell, and notifications of the browser itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, open, shot } from "./browser.mjs";
import { message, onBothTwins } from "./residents.mjs";
import { PASSWORD, api, logIn as session } from "./world.mjs";

/** Waits until the worker of the page does its work. */
const worked = (page) => page.evaluate(async () => {
  const { active } = await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
  return active.state;
});

/** Asks until the answer is yes. */
async function until(ask) {
  for (const end = Date.now() + 15_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100))) {
    if (await ask()) return;
  }
  assert.fail(`never: ${ask}`);
}

onBothTwins("installable", { PRACA_LIMIT_DMS: "off" }, (square) => {
  test("browsers find what they need to install it", async () => {
    const rosa = await square.newcomer("Rosa", { worker: true });
    const client = await rosa.page.context().newCDPSession(rosa.page);
    await worked(rosa.page);
    const { errors, data } = await client.send("Page.getAppManifest");
    assert.deepEqual(errors, []);
    const manifest = JSON.parse(data);
    assert.deepEqual([manifest.name, manifest.display, manifest.start_url], ["Praça", "standalone", "/salas"]);
    for (const icon of manifest.icons) {
      const answer = await rosa.page.request.get(new URL(icon.src, square.world.url).href);
      assert.deepEqual([answer.status(), answer.headers()["content-type"]], [200, icon.type], icon.src);
      if (icon.type !== "image/png") continue;
      const bytes = await answer.body();
      assert.equal(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, icon.sizes);
    }
    const { installabilityErrors } = await client.send("Page.getInstallabilityErrors");
    assert.deepEqual(installabilityErrors.filter((error) => error.errorId !== "in-incognito"), []);
    assert.deepEqual(rosa.page.complaints, []);
    await square.close(rosa);
  });

  test("without a network the shell still opens, says so, and goes on when it is back", async () => {
    const rosa = await square.newcomer("Rosa", { worker: true });
    await worked(rosa.page);
    await rosa.page.reload();
    await rosa.page.locator(".list-item").first().waitFor();
    await rosa.page.context().setOffline(true);
    await rosa.page.reload();
    await rosa.page.getByText(/Não conseguimos|não responde|fora do ar/i).first().waitFor();
    await shot(rosa.page, "offline-desktop-light");
    await rosa.page.context().setOffline(false);
    await rosa.page.locator(".list-item").first().waitFor({ timeout: 30_000 });
    await square.close(rosa);
  });

  test("pages come from the server, and what an older worker kept is thrown away", async () => {
    const rosa = await square.newcomer("Rosa", { worker: true });
    await worked(rosa.page);
    const kept = await rosa.page.evaluate(async () => {
      const [name] = await caches.keys();
      const old = () => new Response("<p>old</p>", { headers: { "content-type": "text/html" } });
      await (await caches.open(name)).put("/", old());
      await (await caches.open("shell of an older client")).put("/", old());
      return (await (await caches.open(name)).keys()).map((request) => new URL(request.url).pathname);
    });
    assert.ok(kept.includes("/") && kept.some((path) => path.endsWith(".wasm")) && kept.some((path) => path.endsWith(".css")), `${kept}`);
    await rosa.page.reload();
    await rosa.page.locator(".list-item").first().waitFor();
    // Another worker, as after an upgrade, begins its work once no page has the one before.
    await rosa.page.evaluate(async () => void (await (await navigator.serviceWorker.ready).unregister()));
    const context = rosa.page.context();
    const other = await context.newPage();
    other.complaints = rosa.page.complaints;
    await rosa.page.close();
    rosa.page = other;
    await rosa.page.goto(square.world.url);
    await worked(rosa.page);
    await until(() => rosa.page.evaluate(async () => (await caches.keys()).length === 1));
    await square.close(rosa);
  });

  test("a hidden page tells by the browser, once the person asked for it, and leads there", async () => {
    const [rosa, bento] = [await square.newcomer("Rosa", { worker: true }), await square.newcomer("Bento")];
    const { page } = rosa;
    const ana = await session(square.world, "ana");
    const { body: room } = await api(square.world, "POST", "/rooms", { token: ana.accessToken, body: { name: `Coreto ${square.number()}` } });
    for (const person of [rosa, bento]) await api(square.world, "PUT", `/rooms/${room.id}/membership`, { token: person.token });
    await worked(page);
    await page.goto(`${square.world.url}/perfil`);
    const device = page.getByRole("switch", { name: /Avisar neste aparelho/ });
    assert.equal(await device.isChecked(), false, "nobody asked yet");
    await page.context().grantPermissions(["notifications"], { origin: square.world.url });
    await device.click();
    await page.getByText("mesmo em outra aba").or(page.getByText("mesmo com a praça fechada")).waitFor();
    assert.deepEqual(await axe(page), []);
    await page.evaluate(() => {
      Object.defineProperty(document, "hidden", { get: () => true });
      Object.defineProperty(document, "visibilityState", { get: () => "hidden" });
    });
    const say = (body) => api(square.world, "POST", `/rooms/${room.id}/messages`, { token: bento.token, body: { body, nonce: `n${square.number()}` } });
    const shown = () => page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      return (await registration.getNotifications()).map(({ title, body, tag, data }) => ({ title, body, tag, url: data.url }));
    });
    await say(`@${rosa.handle}, vem ouvir a banda`);
    await until(async () => (await shown()).length === 1);
    const [first] = await shown();
    assert.deepEqual(first, {
      title: `${bento.name} citou você em ${room.name}`,
      body: `@${rosa.handle}, vem ouvir a banda`,
      tag: `messages.mention:${room.id}`,
      url: `/salas/${room.slug}?m=1`,
    });
    await say(`@${rosa.handle}, começou`);
    await until(async () => (await shown())[0]?.title.startsWith("2 menções"));
    assert.equal((await shown()).length, 1, "the newest in the place of the one before");
    // As when it is pressed.
    const [worker] = page.context().serviceWorkers();
    await worker.evaluate(async () => {
      const [page] = await self.clients.matchAll({ type: "window" });
      page.postMessage({ go: (await self.registration.getNotifications())[0].data.url });
    });
    await message(page, "começou").waitFor();
    assert.equal(new URL(page.url()).pathname, `/salas/${room.slug}`);
    // And no longer, once it is turned off.
    await page.goto(`${square.world.url}/perfil`);
    await device.click();
    await page.getByText("O navegador pergunta").waitFor();
    // A browser that keeps nothing cannot be reached while it is closed, and says so.
    page.complaints = page.complaints.filter((complaint) => !complaint.includes("Push API in incognito"));
    await square.close(rosa, bento);
  });

  test("what a push service brings is shown, unless somebody looks at the square", async () => {
    const rosa = await square.newcomer("Rosa", { worker: true });
    const { page } = rosa;
    await page.context().grantPermissions(["notifications"], { origin: square.world.url });
    await worked(page);
    const client = await page.context().newCDPSession(page);
    await client.send("ServiceWorker.enable");
    const registrations = await new Promise((resolve) => {
      client.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => registrations.length && resolve(registrations));
      client.send("ServiceWorker.enable");
    });
    const pushed = { title: "Bento citou você em Coreto", body: "Vem", tag: "messages.mention:1", url: "/avisos" };
    const deliver = () => client.send("ServiceWorker.deliverPushMessage", { origin: square.world.url, registrationId: registrations[0].registrationId, data: JSON.stringify(pushed) });
    await deliver();
    await page.waitForTimeout(1_000);
    const [worker] = page.context().serviceWorkers();
    const shown = () => worker.evaluate(async () => (await self.registration.getNotifications()).map(({ title, data }) => [title, data.url]));
    assert.deepEqual(await shown(), [], "the page is looked at");
    await page.goto("about:blank");
    await deliver();
    await until(async () => (await shown()).length === 1);
    assert.deepEqual(await shown(), [[pushed.title, "/avisos"]]);
    await square.close(rosa);
  });
});

test("somebody who logs in on a page that a worker controls is served as everybody", async () => {
  // The log-in is no page of the worker's own making: it never answers for the server.
  const { launch } = await import("./browser.mjs");
  const { start, TWINS } = await import("./world.mjs");
  const [browser, world] = [await launch(), await start(TWINS[0])];
  const page = await open(browser, world, { worker: true });
  await worked(page);
  await page.reload();
  await page.getByLabel("E-mail ou apelido").fill("ana");
  await page.getByLabel("Senha", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Entrar na praça" }).click();
  await page.waitForURL(/\/salas/);
  assert.deepEqual(page.complaints, []);
  await browser.close();
  await world.stop();
});
