// Pictures when something is in the way: slow and broken connections, too many, none at all, pages that were open too long.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, shot } from "./browser.mjs";
import { attach, drawing, gallery, loaded, shown, tiles } from "./drawings.mjs";
import { composer, message, onBothTwins, write } from "./residents.mjs";
import { api, logIn as session } from "./world.mjs";

const send = (page) => page.getByRole("button", { name: "Enviar", exact: true });
const state = (page, name) => page.locator(`.upload[data-state="${name}"]`);

/** A finger moves across the page. */
async function swipe(page, from, to) {
  const line = await page.context().newCDPSession(page);
  const touch = (type, ...touchPoints) => line.send("Input.dispatchTouchEvent", { type, touchPoints });
  await touch("touchStart", { x: from, y: 400 });
  for (let step = 1; step <= 10; step++) await touch("touchMove", { x: from + ((to - from) * step) / 10, y: 400 });
  await touch("touchEnd");
}

/** The page of a room nobody has written in. */
async function newRoom(square) {
  const ana = await session(square.world, "ana");
  const { body } = await api(square.world, "POST", "/rooms", { token: ana.accessToken, body: { name: `Ateliê ${square.number()}` } });
  return `${square.world.url}/salas/${body.slug}`;
}

onBothTwins("trouble with pictures", { PRACA_LIMIT_DMS: "off" }, (square) => {
  test("over a slow connection one sees how far it is, and may give it up", async () => {
    const rosa = await square.newcomer("Rosa", { size: "phone", touch: true });
    await rosa.page.goto(await newRoom(square));
    await composer(rosa.page).waitFor();
    const line = await rosa.page.context().newCDPSession(rosa.page);
    const throttle = (uploadThroughput) =>
      line.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput });
    await line.send("Network.enable");
    // Noise does not pack: some 600 KB.
    const noise = await rosa.page.evaluate(() => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 900, height: 600 });
      const pen = canvas.getContext("2d");
      const image = pen.createImageData(900, 600);
      for (let at = 0; at < image.data.length; at++) image.data[at] = at % 4 === 3 ? 255 : (at * 2654435761) >>> 24;
      pen.putImageData(image, 0, 0);
      return canvas.toDataURL("image/png").split(",")[1];
    });
    const file = { name: "longe.png", mimeType: "image/png", buffer: Buffer.from(noise, "base64") };
    await throttle(100_000);
    await attach(rosa.page, file);
    assert.deepEqual(await rosa.page.locator("input[capture]").evaluate((input) => [input.getAttribute("capture"), input.accept]), ["environment", "image/jpeg,image/png,image/webp,image/gif"]);
    assert.ok(await rosa.page.getByRole("button", { name: "Fotografar" }).isVisible());
    await state(rosa.page, "uploading").getByText(/Enviando [1-9]\d?%/).waitFor();
    assert.deepEqual(await axe(rosa.page), []);
    await shot(rosa.page, "pictures-sending-phone-light");
    const discarded = rosa.page.waitForRequest((request) => request.method() === "DELETE" && /\/uploads\//.test(request.url()));
    const ended = rosa.page.waitForEvent("requestfailed", (request) => request.method() === "PUT");
    await rosa.page.getByRole("button", { name: "Remover longe.png" }).tap();
    await tiles(rosa.page).waitFor({ state: "detached" });
    await Promise.all([discarded, ended]);
    await throttle(-1);
    // It is being looked at until its report is answered.
    let answer;
    const answering = new Promise((resolve) => (answer = resolve));
    await rosa.page.route(/\/uploads\/.*\/complete/, async (route) => {
      await answering;
      await route.continue();
    });
    await attach(rosa.page, file);
    await state(rosa.page, "scanning").getByText("Conferindo a foto").waitFor();
    assert.deepEqual(await axe(rosa.page), []);
    answer();
    await state(rosa.page, "ready").waitFor();
    await send(rosa.page).tap();
    await loaded(shown(rosa.page).first());
    await square.close(rosa);
  });

  test("what did not get there is sent again by a press", async () => {
    const rosa = await square.newcomer("Rosa");
    await rosa.page.goto(await newRoom(square));
    await composer(rosa.page).waitFor();
    let broken = true;
    await rosa.page.route(/\/uploads\/.*\/file/, (route) => (broken ? route.abort() : route.continue()));
    await attach(rosa.page, await drawing(rosa.page, "torta.jpg", 300, 200, 90));
    await rosa.page.getByText("Não foi. Tente de novo.").waitFor();
    broken = false;
    await rosa.page.locator(".upload").getByRole("button", { name: "Tentar de novo" }).click();
    await state(rosa.page, "ready").waitFor();
    await send(rosa.page).click();
    await loaded(shown(rosa.page).first());
    await square.close(rosa);
  });

  test("too many are left out, a document is none, and all wait while one looks elsewhere", async () => {
    const rosa = await square.newcomer("Rosa");
    await rosa.page.goto(await newRoom(square));
    await composer(rosa.page).waitFor();
    const one = await drawing(rosa.page, "uma.jpg", 120, 90, 90);
    await attach(rosa.page, ...Array.from({ length: 12 }, (_, n) => ({ ...one, name: `foto${n}.jpg` })));
    await rosa.page.getByText("Uma mensagem leva até 10 fotos").waitFor();
    await state(rosa.page, "ready").nth(9).waitFor();
    assert.equal(await tiles(rosa.page).count(), 10);
    assert.deepEqual(await axe(rosa.page), []);
    await shot(rosa.page, "pictures-many-desktop-light");
    await rosa.page.getByRole("button", { name: "Remover foto9.jpg" }).click();
    await rosa.page.getByText("Uma mensagem leva até 10 fotos").waitFor({ state: "detached" });
    await attach(rosa.page, { name: "nota.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4") });
    await rosa.page.getByText("Isso não é uma foto que sabemos abrir").waitFor();
    await rosa.page.getByRole("button", { name: "Remover nota.pdf" }).click();
    await rosa.page.getByRole("link", { name: "Você", exact: true }).first().click();
    await rosa.page.waitForURL("**/perfil");
    await rosa.page.goBack();
    await state(rosa.page, "ready").nth(8).waitFor();
    await send(rosa.page).click();
    await loaded(shown(rosa.page).nth(8));
    await square.close(rosa);
  });

  test("words beside a picture can be taken away, and a picture is passed by swiping", async () => {
    const rosa = await square.newcomer("Rosa", { size: "phone", touch: true });
    await rosa.page.goto(await newRoom(square));
    await composer(rosa.page).waitFor();
    await attach(rosa.page, await drawing(rosa.page, "a.jpg", 400, 300, 20), await drawing(rosa.page, "b.jpg", 400, 300, 220));
    await state(rosa.page, "ready").nth(1).waitFor();
    await write(rosa.page, "Sem graça");
    await message(rosa.page, "Sem graça").locator(".msg-line").tap();
    await rosa.page.getByRole("button", { name: "Editar" }).tap();
    await composer(rosa.page).fill("");
    await send(rosa.page).tap();
    await message(rosa.page, "Sem graça").waitFor({ state: "detached" });
    await loaded(shown(rosa.page).first());
    await rosa.page.locator(".attachment").first().tap();
    await gallery(rosa.page).getByText("Foto 1 de 2").waitFor();
    await swipe(rosa.page, 340, 40);
    await gallery(rosa.page).getByText("Foto 2 de 2").waitFor();
    await square.close(rosa);
  });

  test("an address that ended while the page was open is asked for anew", async () => {
    const [rosa, bento] = [await square.newcomer("Rosa"), await square.newcomer("Bento")];
    await square.talk(rosa, bento);
    // To Bento's page all addresses have ended, but for those of which it asks again.
    await bento.page.route(/\/media\/private\/(?!.*again)/, (route) => route.fulfill({ status: 403 }));
    await bento.page.route(/\/messages\?around=/, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ contentType: "application/json", body: (await answer.text()).replaceAll("signature=", "again=1&signature=") });
    });
    await rosa.page.goto(`${square.world.url}/mensagens/${bento.handle}`);
    await bento.page.goto(`${square.world.url}/mensagens/${rosa.handle}`);
    await composer(rosa.page).waitFor();
    await attach(rosa.page, await drawing(rosa.page, "a.jpg", 400, 300, 20));
    await state(rosa.page, "ready").waitFor();
    await send(rosa.page).click();
    assert.deepEqual(await loaded(shown(rosa.page).first()), [400, 300]);
    await bento.page.waitForFunction(() => document.querySelector(".attachment img")?.naturalWidth === 400);
    await bento.page.locator(".attachment").click();
    assert.deepEqual(await loaded(gallery(bento.page).locator("img").first()), [400, 300]);
    await square.close(rosa, bento);
  });
});
