// People: two of them in their browsers, writing to each other, named, blocked, seen.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { axe, launch, logIn, open, shot } from "./browser.mjs";
import { PASSWORD, TWINS, api, logIn as session, room, start } from "./world.mjs";

const composer = (page) => page.getByRole("textbox", { name: /Mensagem para/ });
const message = (page, text) => page.locator(".msg", { hasText: text });
const item = (page, name) => page.locator(".list-item", { hasText: name });
const dialog = (page) => page.getByRole("dialog");

async function write(page, text) {
  await composer(page).fill(text);
  await composer(page).press("Enter");
  await message(page, text).waitFor();
}

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

for (const twin of process.env.PRACA_ONE ? TWINS.slice(0, 1) : TWINS) {
  describe(`people on ${twin}`, () => {
    let browser;
    let world;
    let number = 0;
    let nonces = 0;
    before(async () => {
      browser = await launch();
      world = await start(twin, { PRACA_LIMIT_DMS: "off" });
    });
    after(async () => {
      await browser.close();
      await world.stop();
    });

    /** Somebody new in their own browser. */
    async function newcomer(name, settings = {}) {
      const handle = `${name.normalize("NFD").replace(/[^a-z]/gi, "").toLowerCase()}${++number}x`;
      const body = { email: `${handle}@praca.example`, handle, displayName: `${name} da Silva ${number}`, password: PASSWORD };
      const { status, body: registered } = await api(world, "POST", "/auth/register", { body });
      assert.equal(status, 201);
      const page = await tab(handle, settings);
      return { handle, name: body.displayName, id: registered.user.id, token: registered.accessToken, page };
    }

    async function tab(handle, settings = {}) {
      const page = await open(browser, world, settings);
      await logIn(page, handle, PASSWORD);
      return page;
    }

    /** A conversation both agreed to. */
    async function talk(one, two) {
      const { body } = await api(world, "PUT", `/dms/with/${two.id}`, { token: one.token });
      await api(world, "PUT", `/dms/${body.id}/acceptance`, { token: two.token });
      return body.id;
    }

    async function close(...people) {
      for (const { page } of people) {
        assert.deepEqual(page.complaints, []);
        await page.context().close();
      }
    }

    test("a first contact is asked for, accepted, and read", async () => {
      const [rosa, bento] = [await newcomer("Rosa"), await newcomer("Bento")];
      // A name in a room leads to the person.
      await bento.page.goto(`${world.url}/salas/praca-central`);
      await write(bento.page, "alguém aí?");
      await rosa.page.goto(`${world.url}/salas/praca-central`);
      await message(rosa.page, "alguém aí?").waitFor();
      await rosa.page.locator(".group", { hasText: "alguém aí?" }).getByRole("button", { name: bento.name }).click();
      await dialog(rosa.page).getByText(`@${bento.handle}`).waitFor();
      assert.deepEqual(await axe(rosa.page), []);
      await shot(rosa.page, "card-desktop-light");
      await dialog(rosa.page).getByRole("button", { name: "Enviar mensagem" }).click();
      await rosa.page.waitForURL(`**/mensagens/${bento.handle}`);
      await rosa.page.getByText("A primeira mensagem é um pedido").waitFor();
      await write(rosa.page, "Oi! Sou a Rosa, da rua de baixo.");

      // It is told once, in the list, in the rail and in the title, in both of Bento's browsers.
      const second = await tab(bento.handle, { size: "phone", touch: true });
      await second.getByRole("link", { name: /Mensagens.*1 não lida/ }).waitFor();
      await bento.page.getByRole("link", { name: /Mensagens.*1 não lida/ }).click();
      await item(bento.page, rosa.name).getByText("Quer conversar com você").waitFor();
      await write(rosa.page, "Está aí?");
      await item(bento.page, rosa.name).click();
      await bento.page.getByRole("region", { name: "Pedido de conversa" }).waitFor();
      assert.deepEqual(await axe(bento.page), []);
      await shot(bento.page, "request-desktop-light");
      assert.equal(await rosa.page.getByText("lida", { exact: true }).count(), 0, "reading a request tells nothing");
      await bento.page.getByRole("button", { name: "Aceitar" }).click();
      await second.getByRole("link", { name: "Mensagens", exact: true }).click();
      await item(second, rosa.name).getByText("Está aí?").waitFor();
      await rosa.page.getByText("lida", { exact: true }).first().waitFor();
      await write(bento.page, "Oi, Rosa! Que bom.");
      await message(rosa.page, "Oi, Rosa! Que bom.").waitFor();
      await message(rosa.page, "Está aí?").waitFor();
      assert.deepEqual(await axe(rosa.page), []);
      await shot(rosa.page, "dm-desktop-light");
      await second.context().close();
      await close(rosa, bento);
    });

    test("a refused request leaves the list, and its writer learns it only by writing", async () => {
      const [rosa, bento] = [await newcomer("Rosa"), await newcomer("Bento")];
      const { body: dm } = await api(world, "PUT", `/dms/with/${bento.id}`, { token: rosa.token });
      await rosa.page.goto(`${world.url}/mensagens/${bento.handle}`);
      await write(rosa.page, "Compra meu carro?");
      const second = await tab(bento.handle);
      await second.getByRole("link", { name: /Mensagens.*1 não lida/ }).click();
      await item(second, rosa.name).waitFor();
      await bento.page.goto(`${world.url}/mensagens/${rosa.handle}`);
      await bento.page.getByRole("button", { name: "Recusar" }).click();
      await bento.page.waitForURL("**/mensagens");
      for (const page of [bento.page, second]) await item(page, rosa.name).waitFor({ state: "detached" });
      await second.context().close();
      await rosa.page.getByText(/ainda não aceitou a conversa/).waitFor();
      await composer(rosa.page).fill("E agora?");
      await composer(rosa.page).press("Enter");
      await rosa.page.getByText("Não foi enviada.").waitFor();
      assert.equal((await api(world, "GET", `/dms/${dm.id}`, { token: rosa.token })).body.lastSeq, 1);
      await close(rosa, bento);
    });

    test("sent, delivered, read: in every tab, and back from being away", async () => {
      const [rosa, bento] = [await newcomer("Rosa"), await newcomer("Bento", { size: "phone", scheme: "dark", touch: true })];
      const dm = await talk(rosa, bento);
      const other = await tab(rosa.handle);
      for (const page of [rosa.page, other]) await page.goto(`${world.url}/mensagens/${bento.handle}`);
      // Bento has the page open, elsewhere: it is delivered.
      await write(rosa.page, "Chegou?");
      await message(other, "Chegou?").getByText("entregue").waitFor();
      await message(rosa.page, "Chegou?").getByText("entregue").waitFor();
      await bento.page.goto(`${world.url}/mensagens`);
      await item(bento.page, rosa.name).getByText("1 não lida").waitFor({ state: "attached" });
      assert.match(await bento.page.title(), /^\(1\) /);
      assert.deepEqual(await axe(bento.page), []);
      await shot(bento.page, "dms-phone-dark");
      await item(bento.page, rosa.name).click();
      await message(bento.page, "Chegou?").waitFor();
      for (const page of [rosa.page, other]) await message(page, "Chegou?").getByText("lida", { exact: true }).waitFor();
      await bento.page.waitForFunction(() => !document.title.startsWith("("));
      await shot(bento.page, "dm-phone-dark");
      // What is written while nobody of Bento's is there stays sent, and is delivered when he is back.
      await bento.page.context().setOffline(true);
      await bento.page.context().close();
      await write(rosa.page, "E agora?");
      await rosa.page.waitForTimeout(500);
      assert.equal(await message(rosa.page, "E agora?").getByText("entregue").count(), 0);
      bento.page = await tab(bento.handle);
      await message(rosa.page, "E agora?").getByText("entregue").waitFor();
      // Who keeps reading to themselves tells nothing more.
      await bento.page.goto(`${world.url}/perfil`);
      await bento.page.getByRole("switch", { name: /Confirmar leitura/ }).click();
      await bento.page.getByRole("switch", { name: /Confirmar leitura/, checked: false }).waitFor();
      assert.deepEqual(await axe(bento.page), []);
      await shot(bento.page, "privacy-desktop-light");
      await bento.page.goto(`${world.url}/mensagens/${rosa.handle}`);
      await message(bento.page, "E agora?").waitFor();
      await bento.page.waitForFunction(() => !document.title.startsWith("("));
      await rosa.page.waitForTimeout(500);
      assert.equal(await message(rosa.page, "E agora?").getByText("lida", { exact: true }).count(), 0);
      assert.equal((await api(world, "GET", `/dms/${dm}`, { token: bento.token })).body.unread, 0);
      await other.context().close();
      await close(rosa, bento);
    });

    test("what is written before the conversation is there stays, and is sent", async () => {
      const [rosa, bento] = [await newcomer("Rosa"), await newcomer("Bento")];
      await talk(rosa, bento);
      let join;
      const joining = new Promise((resolve) => (join = resolve));
      // Whichever way it goes: by WebSocket, or, before that is there, by a request.
      let held = Promise.resolve();
      const hold = (text) => (held = String(text).includes('"dms:join"') ? joining : held);
      await rosa.page.routeWebSocket(/socket/, (socket) => {
        const server = socket.connectToServer();
        socket.onMessage((frame) => hold(frame).then(() => server.send(frame)));
      });
      await rosa.page.route(/transport=polling/, async (route) => {
        if (route.request().method() === "POST") await hold(route.request().postData());
        await route.continue();
      });
      await rosa.page.goto(`${world.url}/mensagens/${bento.handle}`);
      await write(rosa.page, "Bom dia!");
      await composer(rosa.page).fill("Ainda escrevendo");
      await bento.page.goto(`${world.url}/mensagens/${rosa.handle}`);
      await bento.page.getByText("O banco está livre").waitFor();
      join();
      await message(bento.page, "Bom dia!").waitFor();
      await message(rosa.page, "Bom dia!").getByText(/entregue|lida/).waitFor();
      assert.equal(await composer(rosa.page).inputValue(), "Ainda escrevendo");
      await close(rosa, bento);
    });

    test("typing, editing, answering, reacting and deleting go both ways", async () => {
      const [rosa, bento] = [await newcomer("Rosa"), await newcomer("Bento")];
      await talk(rosa, bento);
      await rosa.page.goto(`${world.url}/mensagens/${bento.handle}`);
      await bento.page.goto(`${world.url}/mensagens/${rosa.handle}`);
      // Rosa's other browser has the list open, and no conversation.
      const list = await tab(rosa.handle);
      await list.goto(`${world.url}/mensagens`);
      await composer(bento.page).waitFor();
      await bento.page.getByText("na praça agora").first().waitFor();
      await composer(rosa.page).pressSequentially("Vou te");
      await bento.page.getByText("Rosa está escrevendo").waitFor();
      await composer(rosa.page).fill("Vou te contar");
      await composer(rosa.page).press("Enter");
      const told = message(bento.page, "Vou te contar").first();
      await told.waitFor();
      await told.hover();
      await told.getByRole("button", { name: "Responder" }).click();
      await write(bento.page, "Conta!");
      await message(rosa.page, "Conta!").locator(".reply").getByText("Vou te contar").waitFor();
      await told.hover();
      await told.getByRole("button", { name: "Mais ações" }).click();
      await bento.page.getByRole("button", { name: "👍" }).click();
      await message(rosa.page, "Vou te contar").first().locator(".reaction", { hasText: "👍" }).waitFor();
      await rosa.page.locator(".log").focus();
      await rosa.page.keyboard.press("ArrowUp");
      await rosa.page.keyboard.press("ArrowUp");
      await rosa.page.keyboard.press("e");
      await rosa.page.waitForFunction(() => document.activeElement.id === "texto");
      await composer(rosa.page).fill("Vou te contar tudo");
      await composer(rosa.page).press("Enter");
      await message(bento.page, "Vou te contar tudo").first().getByText("editada").waitFor();
      await item(list, bento.name).getByText("Conta!").waitFor();
      const mine = message(rosa.page, "Vou te contar tudo").first();
      await mine.hover();
      await mine.getByRole("button", { name: "Mais ações" }).click();
      await rosa.page.getByRole("button", { name: "Apagar" }).click();
      await dialog(rosa.page).getByRole("button", { name: "Apagar" }).click();
      await bento.page.getByText("Mensagem apagada").first().waitFor();
      await write(rosa.page, "Amanhã eu conto");
      await item(list, bento.name).getByText("Amanhã eu conto").waitFor();
      await list.context().close();
      await close(rosa, bento);
    });

    test("who is blocked writes, names and is seen no more, and does not know", async () => {
      const [rosa, bento] = [await newcomer("Rosa"), await newcomer("Bento")];
      await talk(rosa, bento);
      const central = await room(world, rosa.token, "praca-central");
      for (const person of [rosa, bento]) await api(world, "PUT", `/rooms/${central.id}/membership`, { token: person.token });
      await rosa.page.goto(`${world.url}/mensagens/${bento.handle}`);
      await bento.page.goto(`${world.url}/mensagens/${rosa.handle}`);
      await bento.page.getByText("na praça agora").first().waitFor();
      const second = await tab(rosa.handle);
      await second.goto(`${world.url}/mensagens/${bento.handle}`);
      await composer(second).waitFor();
      await rosa.page.locator(".pane-main").getByRole("button", { name: "Mais ações" }).click();
      await rosa.page.getByRole("button", { name: "Bloquear Bento" }).click();
      for (const page of [rosa.page, second]) await page.getByText("Você bloqueou Bento").waitFor();
      assert.deepEqual(await axe(rosa.page), []);
      await shot(rosa.page, "blocked-desktop-light");
      // To Bento, Rosa seems to have gone; what he writes is refused.
      await bento.page.locator(".pane-head").getByText("na praça agora").waitFor({ state: "detached" });
      await composer(bento.page).fill("Oi?");
      await composer(bento.page).press("Enter");
      await bento.page.getByText("Não foi enviada.").waitFor();
      // Who is blocked is not offered while one writes.
      await rosa.page.goto(`${world.url}/salas/praca-central`);
      await composer(rosa.page).pressSequentially("@bento");
      await rosa.page.waitForTimeout(700);
      assert.equal(await rosa.page.getByRole("option", { name: new RegExp(bento.handle) }).count(), 0);
      await composer(rosa.page).fill("");
      // In a room his words are folded away, and his naming her is not told.
      await rosa.page.goto(`${world.url}/salas/ajuda`);
      await bento.page.goto(`${world.url}/salas/praca-central`);
      await write(bento.page, `Olha, @${rosa.handle}`);
      await rosa.page.waitForTimeout(1_500);
      assert.equal(await item(rosa.page, "Praça Central").getByText("menção").count(), 0);
      await item(rosa.page, "Praça Central").click();
      await rosa.page.getByText("Mensagem de quem você bloqueou.").last().waitFor();
      assert.equal(await message(rosa.page, "Olha,").count(), 0);
      await rosa.page.getByRole("button", { name: "Mostrar" }).last().click();
      await message(rosa.page, "Olha,").waitFor();
      // The block is ended where it is listed.
      await rosa.page.goto(`${world.url}/perfil`);
      await rosa.page.getByRole("button", { name: "Desbloquear Bento" }).click();
      await rosa.page.getByText("Você não bloqueia ninguém.").waitFor();
      await second.getByText("Você bloqueou Bento").waitFor({ state: "detached" });
      await second.locator(".pane-head").getByText("na praça agora").waitFor();
      await bento.page.goto(`${world.url}/mensagens/${rosa.handle}`);
      await write(bento.page, "De novo por aqui");
      await message(second, "De novo por aqui").waitFor();
      await second.context().close();
      await close(rosa, bento);
    });

    test("presence follows people, not tabs", async () => {
      const [rosa, bento] = [await newcomer("Rosa"), await newcomer("Bento")];
      await talk(rosa, bento);
      await rosa.page.goto(`${world.url}/mensagens/${bento.handle}`);
      const head = rosa.page.locator(".pane-main .pane-head");
      await head.getByText("na praça agora").waitFor();
      const second = await tab(bento.handle);
      await bento.page.context().close();
      await rosa.page.waitForTimeout(4_000);
      await head.getByText("na praça agora").waitFor();
      await second.context().close();
      await head.getByText(/visto por último hoje, às/).waitFor();
      await shot(rosa.page, "last-seen-desktop-light");
      bento.page = await tab(bento.handle);
      await head.getByText("na praça agora").waitFor();
      await bento.page.goto(`${world.url}/perfil`);
      await bento.page.getByRole("switch", { name: /Mostrar quando estou/ }).click();
      // Neither that they are there, nor when they last were.
      await head.getByText(/na praça agora|visto por último/).waitFor({ state: "detached" });
      await bento.page.getByRole("switch", { name: /Mostrar quando estou/ }).click();
      await head.getByText("na praça agora").waitFor();
      await close(rosa, bento);
    });

    test("a mention is offered while one writes, told, counted and found", async () => {
      const [rosa, bento] = [await newcomer("Rosa"), await newcomer("Bento")];
      const ana = await session(world, "ana");
      const made = await api(world, "POST", "/rooms", { token: ana.accessToken, body: { name: `Mutirão ${number}` } });
      const { id, slug } = made.body;
      for (const person of [rosa, bento]) await api(world, "PUT", `/rooms/${id}/membership`, { token: person.token });
      await rosa.page.goto(`${world.url}/salas/${slug}`);
      await composer(rosa.page).pressSequentially(`Vem, @${bento.handle.slice(0, 3)}`);
      await rosa.page.getByRole("option", { name: new RegExp(bento.handle) }).waitFor();
      assert.deepEqual(await axe(rosa.page), []);
      await shot(rosa.page, "mention-desktop-light");
      await composer(rosa.page).press("Enter");
      assert.equal(await composer(rosa.page).inputValue(), `Vem, @${bento.handle} `);
      await composer(rosa.page).press("Enter");
      await message(rosa.page, "Vem,").waitFor();
      const second = await tab(bento.handle);
      for (const page of [bento.page, second]) await item(page, `Mutirão`).getByText("1 menção a você").waitFor({ state: "attached" });
      await bento.page.getByRole("link", { name: /^Salas.*menç/ }).waitFor();
      // Many words later it is still found.
      for (let n = 0; n < 70; n++) {
        await api(world, "POST", `/rooms/${id}/messages`, { token: rosa.token, body: { body: `conversa ${n}`, nonce: `c${n}` } });
      }
      await item(bento.page, `Mutirão`).click();
      await message(bento.page, "conversa 69").waitFor();
      await bento.page.getByRole("button", { name: "Ir para a primeira não lida" }).waitFor();
      assert.deepEqual(await axe(bento.page), []);
      await bento.page.getByRole("button", { name: "Ir para a primeira não lida" }).click();
      await bento.page.waitForFunction(() => document.activeElement?.textContent.includes("Vem,"));
      await bento.page.getByRole("button", { name: "Ir para o fim" }).or(bento.page.locator(".to-end button")).first().click();
      await message(bento.page, "conversa 69").waitFor();
      await bento.page.getByRole("button", { name: "Ir para a menção" }).click();
      await message(bento.page, "Vem,").waitFor();
      assert.equal(await message(bento.page, "Vem,").locator(".mention[data-me]").textContent(), `@${bento.handle}`);
      await shot(bento.page, "mentioned-desktop-light");
      await message(bento.page, "Vem,").locator(".mention").click();
      await dialog(bento.page).getByText(`@${bento.handle}`).waitFor();
      await bento.page.keyboard.press("Escape");
      // Who keeps order calls everybody.
      await api(world, "POST", `/rooms/${id}/messages`, { token: ana.accessToken, body: { body: "@aqui, começou!", nonce: "here" } });
      await message(rosa.page, "começou!").locator(".mention[data-me]").waitFor();
      // A name that an edit takes away is no longer counted.
      await item(second, `Mutirão`).getByText("1 menção a você").waitFor({ state: "attached" });
      const { body: newest } = await api(world, "GET", `/rooms/${id}/messages`, { token: ana.accessToken });
      const call = newest.items.at(-1);
      await api(world, "PATCH", `/rooms/${id}/messages/${call.id}`, { token: ana.accessToken, body: { body: "Começou!" } });
      await item(second, `Mutirão`).getByText("menção").waitFor({ state: "detached" });
      await second.context().close();
      await close(rosa, bento);
    });

    test("unread is jumped to, marked and muted, in every tab", async () => {
      const [rosa, bento] = [await newcomer("Rosa"), await newcomer("Bento")];
      const ana = await session(world, "ana");
      const { body: made } = await api(world, "POST", "/rooms", { token: ana.accessToken, body: { name: `Horta ${number}` } });
      for (const person of [rosa, bento]) await api(world, "PUT", `/rooms/${made.id}/membership`, { token: person.token });
      const second = await tab(bento.handle);
      const say = (text) => api(world, "POST", `/rooms/${made.id}/messages`, { token: rosa.token, body: { body: text, nonce: `n${nonces++}` } });
      await say("um");
      for (const page of [bento.page, second]) await item(page, "Horta").getByText("1 não lida").waitFor({ state: "attached" });
      await item(bento.page, "Horta").hover();
      await bento.page.locator("li", { hasText: "Horta" }).getByRole("button", { name: "Marcar como lida" }).click();
      for (const page of [bento.page, second]) await item(page, "Horta").getByText("não lida").waitFor({ state: "detached" });
      await bento.page.goto(`${world.url}/salas/${made.slug}`);
      await bento.page.getByRole("switch", { name: /Deixar a sala quieta/ }).click();
      await second.getByText("silenciada").or(item(second, "Horta").getByText(/quieta|silenc/)).first().waitFor({ state: "attached" });
      await bento.page.goto(`${world.url}/salas/ajuda`);
      await say("dois");
      await item(second, "Horta").locator('.count[data-kind="muted"]').waitFor();
      assert.doesNotMatch(await second.title(), /^\(/, "a muted room does not call");
      await second.context().close();
      await close(rosa, bento);
    });

    test("what is read without a connection is read everywhere, once it is back", async () => {
      const [rosa, bento] = [await newcomer("Rosa"), await newcomer("Bento")];
      const dm = await talk(rosa, bento);
      const say = (text) => api(world, "POST", `/dms/${dm}/messages`, { token: rosa.token, body: { body: text, nonce: `n${nonces++}` } });
      const second = await tab(bento.handle, { size: "phone", touch: true });
      const line = await severable(bento.page);
      for (const page of [bento.page, second]) await page.goto(`${world.url}/mensagens`);
      for (let n = 0; n < 60; n++) await say(`recado ${n}`);
      for (const page of [bento.page, second]) await item(page, rosa.name).getByText("60 não lidas").waitFor({ state: "attached" });
      await line.cut();
      await bento.page.locator("li", { has: item(bento.page, rosa.name) }).getByRole("button", { name: "Marcar como lida" }).click();
      await item(bento.page, rosa.name).getByText("não lida").waitFor({ state: "detached" });
      await item(second, rosa.name).getByText("60 não lidas").waitFor({ state: "attached" });
      await line.mend();
      await item(second, rosa.name).getByText("não lida").waitFor({ state: "detached" });
      assert.equal(await item(bento.page, rosa.name).getByText("não lida").count(), 0);
      assert.equal((await api(world, "GET", `/dms/${dm}`, { token: bento.token })).body.unread, 0);
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
      await close(rosa, bento);
    });

    test("pinned messages stand above the log and lead back", async () => {
      const rosa = await newcomer("Rosa");
      const bia = { page: await tab("bia"), ...(await session(world, "bia")) };
      const ana = await session(world, "ana");
      const { body: made } = await api(world, "POST", "/rooms", { token: ana.accessToken, body: { name: `Coral ${number}` } });
      const say = (text) => api(world, "POST", `/rooms/${made.id}/messages`, { token: rosa.token, body: { body: text, nonce: `n${nonces++}` } });
      await say("ensaio às sete");
      for (let n = 0; n < 60; n++) await say(`la la ${n}`);
      await rosa.page.goto(`${world.url}/salas/${made.slug}`);
      await message(rosa.page, "la la 59").waitFor();
      const first = (await api(world, "GET", `/rooms/${made.id}/messages?around=1`, { token: rosa.token })).body.items[0];
      await api(world, "PUT", `/rooms/${made.id}/pins/${first.id}`, { token: bia.accessToken });
      const bar = rosa.page.locator(".pinned", { hasText: "Fixada:" });
      await bar.getByText("ensaio às sete").click();
      await rosa.page.waitForFunction(() => document.activeElement.id === "m1");
      assert.deepEqual(await axe(rosa.page), []);
      await shot(rosa.page, "pin-desktop-light");
      await bia.page.goto(`${world.url}/salas/${made.slug}`);
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
      const second = await tab(rosa.handle);
      await second.goto(`${world.url}/salas/${made.slug}`);
      const bars = [bar, second.locator(".pinned", { hasText: "Fixada:" })];
      for (const one of bars) await one.getByText("ensaio às sete").waitFor();
      await api(world, "PATCH", `/rooms/${made.id}/messages/${first.id}`, { token: rosa.token, body: { body: "ensaio às oito" } });
      for (const one of bars) await one.getByText("ensaio às oito").waitFor();
      await api(world, "DELETE", `/rooms/${made.id}/messages/${first.id}`, { token: rosa.token });
      for (const one of bars) await one.waitFor({ state: "detached" });
      await second.context().close();
      await close(rosa, bia);
    });

    test("contacts are found by name, with the keyboard alone", async () => {
      const [rosa, bento, celia] = [await newcomer("Rosa"), await newcomer("Bento"), await newcomer("Célia")];
      await talk(rosa, bento);
      await rosa.page.goto(`${world.url}/mensagens`);
      await item(rosa.page, bento.name).waitFor();
      await rosa.page.keyboard.press("Control+k");
      await dialog(rosa.page).getByRole("searchbox").waitFor();
      await rosa.page.waitForFunction(() => document.activeElement.id === "busca-pessoas");
      await rosa.page.keyboard.type("BENTÓ");
      await dialog(rosa.page).getByRole("button", { name: new RegExp(bento.name) }).waitFor();
      assert.deepEqual(await axe(rosa.page), []);
      await shot(rosa.page, "contacts-desktop-light");
      await rosa.page.keyboard.press("Enter");
      await rosa.page.waitForURL(`**/mensagens/${bento.handle}`);
      await rosa.page.keyboard.press("Control+k");
      await rosa.page.waitForFunction(() => document.activeElement.id === "busca-pessoas");
      await rosa.page.keyboard.type(celia.handle);
      await dialog(rosa.page).getByRole("button", { name: new RegExp(celia.handle) }).waitFor();
      await rosa.page.keyboard.press("Enter");
      await dialog(rosa.page).getByRole("button", { name: "Enviar mensagem" }).click();
      await rosa.page.waitForURL(`**/mensagens/${celia.handle}`);
      await close(rosa, bento, celia);
    });
  });
}
