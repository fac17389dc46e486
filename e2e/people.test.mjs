// People in rooms and lists: who is there, who is named, what is unread, and what is pinned.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, shot } from "./browser.mjs";
import { composer, dialog, item, message, onBothTwins } from "./residents.mjs";
import { api, logIn as session } from "./world.mjs";

/** The page's connection, which can be cut and mended. Sockets that are open outlive the browser's own "offline". */
async function severable(page) {
  let whole = true;
  const open = new Set();
  await page.routeWebSocket(/socket/, (socket) => {
    if (!whole) return void socket.close();
    open.add(socket);
    socket.connectToServer();
  });
  return {
    async cut() {
      whole = false;
      await page.context().setOffline(true);
      for (const socket of open) await socket.close();
      open.clear();
    },
    async mend() {
      whole = true;
      await page.context().setOffline(false);
    },
  };
}

onBothTwins("people", { PRACA_LIMIT_DMS: "off" }, (square) => {
  test("presence follows people, not tabs", async () => {
    const [rosa, bento] = [await square.newcomer("Rosa"), await square.newcomer("Bento")];
    await square.talk(rosa, bento);
    await rosa.page.goto(`${square.world.url}/mensagens/${bento.handle}`);
    const head = rosa.page.locator(".pane-main .pane-head");
    await head.getByText("na praça agora").waitFor();
    const second = await square.tab(bento.handle);
    await bento.page.context().close();
    await rosa.page.waitForTimeout(4_000);
    await head.getByText("na praça agora").waitFor();
    await second.context().close();
    await head.getByText(/visto por último hoje, às/).waitFor();
    await shot(rosa.page, "last-seen-desktop-light");
    bento.page = await square.tab(bento.handle);
    await head.getByText("na praça agora").waitFor();
    await bento.page.goto(`${square.world.url}/perfil`);
    await bento.page.getByRole("switch", { name: /Mostrar quando estou/ }).click();
    // Neither that they are there, nor when they last were.
    await head.getByText(/na praça agora|visto por último/).waitFor({ state: "detached" });
    await bento.page.getByRole("switch", { name: /Mostrar quando estou/ }).click();
    await head.getByText("na praça agora").waitFor();
    await square.close(rosa, bento);
  });

  test("a mention is offered while one writes, told, counted and found", async () => {
    const [rosa, bento] = [await square.newcomer("Rosa"), await square.newcomer("Bento")];
    const ana = await session(square.world, "ana");
    const made = await api(square.world, "POST", "/rooms", { token: ana.accessToken, body: { name: `Mutirão ${square.number()}` } });
    const { id, slug } = made.body;
    for (const person of [rosa, bento]) await api(square.world, "PUT", `/rooms/${id}/membership`, { token: person.token });
    await rosa.page.goto(`${square.world.url}/salas/${slug}`);
    await composer(rosa.page).pressSequentially(`Vem, @${bento.handle.slice(0, 3)}`);
    await rosa.page.getByRole("option", { name: new RegExp(bento.handle) }).waitFor();
    assert.deepEqual(await axe(rosa.page), []);
    await shot(rosa.page, "mention-desktop-light");
    await composer(rosa.page).press("Enter");
    assert.equal(await composer(rosa.page).inputValue(), `Vem, @${bento.handle} `);
    await composer(rosa.page).press("Enter");
    await message(rosa.page, "Vem,").waitFor();
    const second = await square.tab(bento.handle);
    for (const page of [bento.page, second]) await item(page, `Mutirão`).getByText("1 menção a você").waitFor({ state: "attached" });
    await bento.page.getByRole("link", { name: /^Salas.*menç/ }).waitFor();
    // Many words later it is still found.
    for (let n = 0; n < 70; n++) {
      await api(square.world, "POST", `/rooms/${id}/messages`, { token: rosa.token, body: { body: `conversa ${n}.`, nonce: `c${n}` } });
    }
    await item(bento.page, `Mutirão`).click();
    await message(bento.page, "conversa 69.").waitFor();
    await bento.page.getByRole("button", { name: "Ir para a primeira não lida" }).waitFor();
    assert.deepEqual(await axe(bento.page), []);
    await bento.page.getByRole("button", { name: "Ir para a primeira não lida" }).click();
    await bento.page.waitForFunction(() => document.activeElement?.textContent.includes("Vem,"));
    await bento.page.getByRole("button", { name: "Ir para o fim" }).or(bento.page.locator(".to-end button")).first().click();
    await message(bento.page, "conversa 69.").waitFor();
    await bento.page.getByRole("button", { name: "Ir para a menção" }).click();
    await message(bento.page, "Vem,").waitFor();
    assert.equal(await message(bento.page, "Vem,").locator(".mention[data-me]").textContent(), `@${bento.handle}`);
    await shot(bento.page, "mentioned-desktop-light");
    await message(bento.page, "Vem,").locator(".mention").click();
    await dialog(bento.page).getByText(`@${bento.handle}`).waitFor();
    await bento.page.keyboard.press("Escape");
    // Who keeps order calls everybody.
    await api(square.world, "POST", `/rooms/${id}/messages`, { token: ana.accessToken, body: { body: "@aqui, começou!", nonce: "here" } });
    await message(rosa.page, "começou!").locator(".mention[data-me]").waitFor();
    // A name that an edit takes away is no longer counted.
    await item(second, `Mutirão`).getByText("1 menção a você").waitFor({ state: "attached" });
    const { body: newest } = await api(square.world, "GET", `/rooms/${id}/messages`, { token: ana.accessToken });
    const call = newest.items.at(-1);
    await api(square.world, "PATCH", `/rooms/${id}/messages/${call.id}`, { token: ana.accessToken, body: { body: "Começou!" } });
    await item(second, `Mutirão`).getByText("menção").waitFor({ state: "detached" });
    await second.context().close();
    await square.close(rosa, bento);
  });

  test("unread is jumped to, marked and muted, in every tab", async () => {
    const [rosa, bento] = [await square.newcomer("Rosa"), await square.newcomer("Bento")];
    const ana = await session(square.world, "ana");
    const { body: made } = await api(square.world, "POST", "/rooms", { token: ana.accessToken, body: { name: `Horta ${square.number()}` } });
    for (const person of [rosa, bento]) await api(square.world, "PUT", `/rooms/${made.id}/membership`, { token: person.token });
    const second = await square.tab(bento.handle);
    const say = (text) => api(square.world, "POST", `/rooms/${made.id}/messages`, { token: rosa.token, body: { body: text, nonce: `n${square.number()}` } });
    await say("um");
    for (const page of [bento.page, second]) await item(page, "Horta").getByText("1 não lida").waitFor({ state: "attached" });
    await item(bento.page, "Horta").hover();
    await bento.page.locator("li", { hasText: "Horta" }).getByRole("button", { name: "Marcar como lida" }).click();
    for (const page of [bento.page, second]) await item(page, "Horta").getByText("não lida").waitFor({ state: "detached" });
    await bento.page.goto(`${square.world.url}/salas/${made.slug}`);
    await bento.page.getByRole("switch", { name: /Deixar a sala quieta/ }).click();
    await second.getByText("silenciada").or(item(second, "Horta").getByText(/quieta|silenc/)).first().waitFor({ state: "attached" });
    await bento.page.goto(`${square.world.url}/salas/ajuda`);
    await say("dois");
    await item(second, "Horta").locator('.count[data-kind="muted"]').waitFor();
    assert.doesNotMatch(await second.title(), /^\(/, "a muted room does not call");
    await second.context().close();
    await square.close(rosa, bento);
  });

  test("what is read without a connection is read everywhere, once it is back", async () => {
    const [rosa, bento] = [await square.newcomer("Rosa"), await square.newcomer("Bento")];
    const dm = await square.talk(rosa, bento);
    const say = (text) => api(square.world, "POST", `/dms/${dm}/messages`, { token: rosa.token, body: { body: text, nonce: `n${square.number()}` } });
    const second = await square.tab(bento.handle, { size: "phone", touch: true });
    const line = await severable(bento.page);
    for (const page of [bento.page, second]) await page.goto(`${square.world.url}/mensagens`);
    for (let n = 0; n < 60; n++) await say(`recado ${n}`);
    for (const page of [bento.page, second]) await item(page, rosa.name).getByText("60 não lidas").waitFor({ state: "attached" });
    await line.cut();
    await bento.page.locator("li", { has: item(bento.page, rosa.name) }).getByRole("button", { name: "Marcar como lida" }).click();
    await item(bento.page, rosa.name).getByText("não lida").waitFor({ state: "detached" });
    await item(second, rosa.name).getByText("60 não lidas").waitFor({ state: "attached" });
    await line.mend();
    await item(second, rosa.name).getByText("não lida").waitFor({ state: "detached" });
    assert.equal(await item(bento.page, rosa.name).getByText("não lida").count(), 0);
    assert.equal((await api(square.world, "GET", `/dms/${dm}`, { token: bento.token })).body.unread, 0);
    // On a phone the mark is at hand too, and a long absence leads to where it began.
    await say("mais um");
    assert.deepEqual(await axe(second), []);
    await shot(second, "unread-phone-light");
    await second.locator("li", { has: item(second, rosa.name) }).getByRole("button", { name: "Marcar como lida" }).tap();
    await item(bento.page, rosa.name).getByText("não lida").waitFor({ state: "detached" });
    for (let n = 0; n < 60; n++) await say(`depois ${n}`);
    await item(second, rosa.name).tap();
    await second.getByRole("button", { name: "Ir para a primeira não lida" }).tap();
    await second.waitForFunction(() => document.activeElement?.textContent.includes("depois 0"));
    await second.context().close();
    await square.close(rosa, bento);
  });

  test("pinned messages stand above the log and lead back", async () => {
    const rosa = await square.newcomer("Rosa");
    const bia = { page: await square.tab("bia"), ...(await session(square.world, "bia")) };
    const ana = await session(square.world, "ana");
    const { body: made } = await api(square.world, "POST", "/rooms", { token: ana.accessToken, body: { name: `Coral ${square.number()}` } });
    const say = (text) => api(square.world, "POST", `/rooms/${made.id}/messages`, { token: rosa.token, body: { body: text, nonce: `n${square.number()}` } });
    await say("ensaio às sete");
    for (let n = 0; n < 60; n++) await say(`la la ${n}`);
    await rosa.page.goto(`${square.world.url}/salas/${made.slug}`);
    await message(rosa.page, "la la 59").waitFor();
    const first = (await api(square.world, "GET", `/rooms/${made.id}/messages?around=1`, { token: rosa.token })).body.items[0];
    await api(square.world, "PUT", `/rooms/${made.id}/pins/${first.id}`, { token: bia.accessToken });
    const bar = rosa.page.locator(".pinned", { hasText: "Fixada:" });
    await bar.getByText("ensaio às sete").click();
    await rosa.page.waitForFunction(() => document.activeElement.id === "m1");
    assert.deepEqual(await axe(rosa.page), []);
    await shot(rosa.page, "pin-desktop-light");
    await bia.page.goto(`${square.world.url}/salas/${made.slug}`);
    const last = message(bia.page, "la la 59");
    await last.hover();
    await last.getByRole("button", { name: "Mais ações" }).click();
    await bia.page.getByRole("button", { name: "Fixar na sala" }).click();
    await bar.getByRole("button", { name: "Ver as 2" }).click();
    await dialog(rosa.page).getByText("ensaio às sete").waitFor();
    assert.equal(await dialog(rosa.page).getByRole("button", { name: "Desafixar" }).count(), 0);
    assert.deepEqual(await axe(rosa.page), []);
    await shot(rosa.page, "pins-desktop-light");
    await bia.page.getByRole("button", { name: "Ver as 2" }).click();
    await dialog(bia.page).getByRole("listitem").filter({ hasText: "la la 59" }).getByRole("button", { name: "Desafixar" }).click();
    await dialog(rosa.page).getByText("la la 59").waitFor({ state: "detached" });
    await dialog(rosa.page).getByRole("button", { name: "Bia" }).waitFor();
    await rosa.page.keyboard.press("Escape");
    // What is pinned changes with its message, in each browser.
    const second = await square.tab(rosa.handle);
    await second.goto(`${square.world.url}/salas/${made.slug}`);
    const bars = [bar, second.locator(".pinned", { hasText: "Fixada:" })];
    for (const one of bars) await one.getByText("ensaio às sete").waitFor();
    await api(square.world, "PATCH", `/rooms/${made.id}/messages/${first.id}`, { token: rosa.token, body: { body: "ensaio às oito" } });
    for (const one of bars) await one.getByText("ensaio às oito").waitFor();
    await api(square.world, "DELETE", `/rooms/${made.id}/messages/${first.id}`, { token: rosa.token });
    for (const one of bars) await one.waitFor({ state: "detached" });
    await second.context().close();
    await square.close(rosa, bia);
  });
});
