// Searches somebody saves, and what they are told; what is like an ad; and the whole place as a new community would walk it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, shot } from "./browser.mjs";
import { composer, item, message, onBothTwins, until } from "./residents.mjs";
import { api, logIn as session } from "./world.mjs";

const card = (page, title) => page.locator(".ad", { hasText: title });

onBothTwins("searches", { PRACA_LIMIT_ADS: "off" }, (square) => {
  async function advertise({ token }, wish) {
    const ad = { kind: "sale", description: "Muito bem cuidada, é só buscar.", category: "bicicletas", price: { centavos: 85_000, currency: "BRL" }, state: "SP", city: "Campinas", condition: "used", ...wish };
    const { status, body } = await api(square.world, "POST", "/ads", { token, body: ad });
    assert.equal(status, 201, JSON.stringify(body));
    const { accessToken } = await session(square.world, "bia");
    assert.equal((await api(square.world, "POST", `/ads/${body.id}/approve`, { token: accessToken, body: {} })).status, 200);
    return body;
  }

  test("a search is saved, tells of what comes, and is forgotten", async () => {
    const [caio, rosa] = [await square.newcomer("Caio"), await square.newcomer("Rosa")];
    const { page } = caio;
    const number = square.number();
    await page.goto(`${square.world.url}/feira`);
    await page.getByRole("heading", { name: "Feira", exact: true }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Avise quando chegar" }).count(), 0, "nothing is looked for");
    await page.goto(`${square.world.url}/feira?q=triciclo${number}&ate=900&uf=SP&cidade=Campinas`);
    await page.getByRole("heading", { name: "Nada encontrado" }).waitFor();
    await page.getByRole("button", { name: "Avise quando chegar" }).click();
    await page.getByText("Você será avisado.").waitFor();
    assert.deepEqual(await axe(page), []);
    await advertise(rosa, { title: `Triciclo${number} de carga` });
    // At once, on the page.
    await page.getByText(`Há um anúncio novo para a sua busca “triciclo${number}”`).first().waitFor();
    await page.goto(`${square.world.url}/avisos`);
    await page.locator(".notices .list-item", { hasText: `triciclo${number}` }).click();
    await page.getByRole("heading", { name: `Triciclo${number} de carga` }).waitFor();
    // Others of its kind stand below.
    await advertise(rosa, { title: `Da mesma pessoa ${number}` });
    const bento = await square.newcomer("Bento");
    await advertise(bento, { title: `Bicicleta de passeio ${number}`, description: "Passeio no parque com cestinha e campainha." });
    await page.reload();
    await page.getByRole("heading", { name: "Parecidos" }).waitFor();
    await card(page, `Bicicleta de passeio ${number}`).waitFor();
    assert.equal(await card(page, `Da mesma pessoa ${number}`).count(), 0);
    await page.goto(`${square.world.url}/feira/buscas`);
    const saved = page.getByRole("link", { name: new RegExp(`triciclo${number}`) });
    await saved.waitFor();
    assert.deepEqual(await axe(page), []);
    await shot(page, "searches-desktop-light");
    await saved.click();
    await page.waitForURL(/q=triciclo/);
    assert.equal(await page.getByLabel("Preço máximo em reais").inputValue(), "900,00");
    await card(page, `Triciclo${number} de carga`).waitFor();
    await page.goBack();
    await page.getByRole("button", { name: /Apagar a busca/ }).click();
    await page.getByRole("heading", { name: "Nenhuma busca salva" }).waitFor();
    await square.close(caio, rosa, bento);
  });

  test("who goes back or reloads in a long list is where they were", async () => {
    const [rosa, caio] = [await square.newcomer("Rosa"), await square.newcomer("Caio")];
    const number = square.number();
    const ids = [];
    for (let at = 0; at < 30; at++) {
      const wish = { kind: at % 3 === 0 ? "trade" : "sale", title: `Patinete ${number} número ${at}`, description: `Patinete de duas rodas, número ${at} de uma coleção que não acaba.` };
      ids.push((await advertise(rosa, wish)).id);
    }
    const { page } = caio;
    await page.goto(`${square.world.url}/feira?q=patinete+${number}`);
    await page.getByRole("button", { name: "Mostrar mais" }).click();
    await card(page, `Patinete ${number} número 0`).waitFor();
    // How many there are of each kind stands beside it.
    await page.getByLabel("Venda 20").waitFor();
    await page.getByLabel("Troca 10").waitFor();
    assert.deepEqual(await axe(page), []);
    await shot(page, "fair-counts-desktop-light");
    const top = () => page.locator(".pane-main .pane-scroll").evaluate((scroller) => scroller.scrollTop);
    await card(page, `Patinete ${number} número 2`).last().scrollIntoViewIfNeeded();
    await page.waitForTimeout(300);
    const before = await top();
    assert.ok(before > 300, `${before}`);
    for (const away of [
      async () => {
        await card(page, `Patinete ${number} número 2`).last().getByRole("link").click();
        await page.getByRole("heading", { level: 1, name: `Patinete ${number} número 2` }).waitFor();
        await page.goBack();
      },
      () => page.reload(),
    ]) {
      await away();
      await card(page, `Patinete ${number} número 0`).waitFor();
      await until(async () => Math.abs((await top()) - before) < 5);
    }
    await square.close(rosa, caio);
  });

  test("an ad is read without an account, and what ended says so", async () => {
    const rosa = await square.newcomer("Rosa");
    const number = square.number();
    const ad = await advertise(rosa, { title: `Bicicleta de entrega ${number}`, description: "Com *bagageiro* reforçado. Freios novos." });
    const { page } = rosa;
    await page.goto(`${square.world.url}/feira/${ad.id}`);
    const address = await page.getByRole("link", { name: "Página para quem não tem conta" }).getAttribute("href");
    for (const settings of [{}, { size: "phone", scheme: "dark" }]) {
      const visitor = await square.stranger(settings);
      await visitor.goto(square.world.url + address);
      await visitor.getByRole("heading", { level: 1, name: `Bicicleta de entrega ${number}` }).waitFor();
      await visitor.getByText("bagageiro", { exact: true }).waitFor();
      assert.ok(await visitor.locator(".public-brand img").evaluate((sign) => sign.complete && sign.naturalWidth > 0));
      assert.deepEqual(await axe(visitor), []);
      await shot(visitor, `public-ad-${settings.size ?? "desktop"}-${settings.scheme ?? "light"}`);
      await visitor.getByRole("link", { name: "Feira" }).click();
      await card(visitor, `Bicicleta de entrega ${number}`).waitFor();
      assert.deepEqual(await axe(visitor), []);
      await shot(visitor, `public-fair-${settings.size ?? "desktop"}-${settings.scheme ?? "light"}`);
      await visitor.goto(square.world.url + address);
      await visitor.getByRole("link", { name: "Entrar para conversar" }).click();
      await visitor.waitForURL(/\/entrar/);
      await square.close({ page: visitor });
    }
    assert.equal((await api(square.world, "POST", `/ads/${ad.id}/conclude`, { token: rosa.token, body: {} })).status, 200);
    const visitor = await square.stranger();
    const answer = await visitor.goto(square.world.url + address);
    assert.equal(answer.status(), 410);
    await visitor.getByRole("heading", { name: "Este anúncio não está mais aqui" }).waitFor();
    assert.deepEqual(await axe(visitor), []);
    visitor.complaints.length = 0; // The browser notes the status.
    await square.close(rosa, { page: visitor });
  });

  test("a new community: a room, slow mode, an ad, its review, and a neighbour who finds it", async () => {
    const number = square.number();
    // Who runs the square logs in at the door, opens a room with slow mode, and talks there.
    const ana = await square.tab("ana");
    const { accessToken } = await session(square.world, "ana");
    const room = { name: `Rua das Acácias ${number}`, slug: `acacias-${number}`, perUserSeconds: 600 };
    const made = await api(square.world, "POST", "/rooms", { token: accessToken, body: room });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const rosa = await square.newcomer("Rosa", { size: "phone" });
    const { page } = rosa;
    await page.goto(`${square.world.url}/salas`);
    await item(page, room.name).click();
    await page.getByText("Ninguém escreveu aqui ainda.").waitFor();
    await composer(page).fill("Bom dia, rua.");
    await composer(page).press("Enter");
    await message(page, "Bom dia, rua.").waitFor();
    // Slow mode holds the next, and keeps what was written.
    await page.locator(".slow [data-left]").waitFor();
    await composer(page).fill("Alguém tem uma escada?");
    await composer(page).press("Enter");
    assert.equal(await composer(page).inputValue(), "Alguém tem uma escada?");
    assert.equal(await message(page, "Alguém tem uma escada?").count(), 0);
    // So it becomes an ad.
    const title = `Procuro trocar escada ${number}`;
    await page.getByRole("link", { name: "Feira", exact: true }).click();
    await page.getByRole("link", { name: "Anunciar" }).click();
    await page.getByText("Troca", { exact: true }).first().click();
    await page.getByLabel("Título").fill(title);
    await page.getByLabel("Descrição", { exact: true }).fill("Troco mudas de manjericão por uma escada de seis degraus.");
    await page.getByLabel("Categoria").selectOption("ferramentas");
    await page.getByLabel("Estado", { exact: true }).selectOption("SP");
    await page.getByLabel("Cidade").fill("Campinas");
    await page.getByRole("button", { name: "Enviar para a moderação" }).click();
    await page.locator(".chip", { hasText: "Em revisão" }).waitFor();
    // The administrator finds it in the queue, and approves it.
    await ana.goto(`${square.world.url}/feira/fila`);
    await ana.locator(".case", { hasText: title }).click();
    await ana.getByRole("button", { name: "Aprovar", exact: true }).click();
    await ana.locator(".case", { hasText: title }).waitFor({ state: "detached" });
    // A neighbour finds it by what it says.
    const caio = await square.newcomer("Caio");
    await caio.page.getByRole("link", { name: "Feira", exact: true }).click();
    await caio.page.getByLabel("O que você procura?").last().fill(`ESCADA ${number}`);
    await caio.page.getByLabel("O que você procura?").last().press("Enter");
    await card(caio.page, title).getByRole("link").click();
    await caio.page.getByRole("link", { name: "Conversar com Rosa" }).waitFor();
    await square.close(rosa, caio, { page: ana });
  });
});
