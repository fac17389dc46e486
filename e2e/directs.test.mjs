// Two people write to each other: asked first, delivered and read, answered, blocked, and found among contacts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, shot } from "./browser.mjs";
import { composer, dialog, item, message, onBothTwins, write } from "./residents.mjs";
import { api, room } from "./world.mjs";

onBothTwins("two people", { PRACA_LIMIT_DMS: "off" }, (square) => {
  test("a first contact is asked for, accepted, and read", async () => {
    const [rosa, bento] = [await square.newcomer("Rosa"), await square.newcomer("Bento")];
    // A name in a room leads to the person.
    await bento.page.goto(`${square.world.url}/salas/praca-central`);
    await write(bento.page, "alguém aí?");
    await rosa.page.goto(`${square.world.url}/salas/praca-central`);
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
    const second = await square.tab(bento.handle, { size: "phone", touch: true });
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
    await square.close(rosa, bento);
  });

  test("a refused request leaves the list, and its writer learns it only by writing", async () => {
    const [rosa, bento] = [await square.newcomer("Rosa"), await square.newcomer("Bento")];
    const { body: dm } = await api(square.world, "PUT", `/dms/with/${bento.id}`, { token: rosa.token });
    await rosa.page.goto(`${square.world.url}/mensagens/${bento.handle}`);
    await write(rosa.page, "Compra meu carro?");
    const second = await square.tab(bento.handle);
    await second.getByRole("link", { name: /Mensagens.*1 não lida/ }).click();
    await item(second, rosa.name).waitFor();
    await bento.page.goto(`${square.world.url}/mensagens/${rosa.handle}`);
    await bento.page.getByRole("button", { name: "Recusar" }).click();
    await bento.page.waitForURL("**/mensagens");
    for (const page of [bento.page, second]) await item(page, rosa.name).waitFor({ state: "detached" });
    await second.context().close();
    await rosa.page.getByText(/ainda não aceitou a conversa/).waitFor();
    await composer(rosa.page).fill("E agora?");
    await composer(rosa.page).press("Enter");
    await rosa.page.getByText("Não foi enviada.").waitFor();
    assert.equal((await api(square.world, "GET", `/dms/${dm.id}`, { token: rosa.token })).body.lastSeq, 1);
    await square.close(rosa, bento);
  });

  test("sent, delivered, read: in every tab, and back from being away", async () => {
    const [rosa, bento] = [await square.newcomer("Rosa"), await square.newcomer("Bento", { size: "phone", scheme: "dark", touch: true })];
    const dm = await square.talk(rosa, bento);
    const other = await square.tab(rosa.handle);
    for (const page of [rosa.page, other]) await page.goto(`${square.world.url}/mensagens/${bento.handle}`);
    // Bento has the page open, elsewhere: it is delivered.
    await write(rosa.page, "Chegou?");
    await message(other, "Chegou?").getByText("entregue").waitFor();
    await message(rosa.page, "Chegou?").getByText("entregue").waitFor();
    await bento.page.goto(`${square.world.url}/mensagens`);
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
    bento.page = await square.tab(bento.handle);
    await message(rosa.page, "E agora?").getByText("entregue").waitFor();
    // Who keeps reading to themselves tells nothing more.
    await bento.page.goto(`${square.world.url}/perfil`);
    await bento.page.getByRole("switch", { name: /Confirmar leitura/ }).click();
    await bento.page.getByRole("switch", { name: /Confirmar leitura/, checked: false }).waitFor();
    assert.deepEqual(await axe(bento.page), []);
    await shot(bento.page, "privacy-desktop-light");
    await bento.page.goto(`${square.world.url}/mensagens/${rosa.handle}`);
    await message(bento.page, "E agora?").waitFor();
    await bento.page.waitForFunction(() => !document.title.startsWith("("));
    await rosa.page.waitForTimeout(500);
    assert.equal(await message(rosa.page, "E agora?").getByText("lida", { exact: true }).count(), 0);
    assert.equal((await api(square.world, "GET", `/dms/${dm}`, { token: bento.token })).body.unread, 0);
    await other.context().close();
    await square.close(rosa, bento);
  });

  test("what is written before the conversation is there stays, and is sent", async () => {
    const [rosa, bento] = [await square.newcomer("Rosa"), await square.newcomer("Bento")];
    await square.talk(rosa, bento);
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
    await rosa.page.goto(`${square.world.url}/mensagens/${bento.handle}`);
    await write(rosa.page, "Bom dia!");
    await composer(rosa.page).fill("Ainda escrevendo");
    await bento.page.goto(`${square.world.url}/mensagens/${rosa.handle}`);
    await bento.page.getByText("O banco está livre").waitFor();
    join();
    await message(bento.page, "Bom dia!").waitFor();
    await message(rosa.page, "Bom dia!").getByText(/entregue|lida/).waitFor();
    assert.equal(await composer(rosa.page).inputValue(), "Ainda escrevendo");
    await square.close(rosa, bento);
  });

  test("typing, editing, answering, reacting and deleting go both ways", async () => {
    const [rosa, bento] = [await square.newcomer("Rosa"), await square.newcomer("Bento")];
    await square.talk(rosa, bento);
    await rosa.page.goto(`${square.world.url}/mensagens/${bento.handle}`);
    await bento.page.goto(`${square.world.url}/mensagens/${rosa.handle}`);
    // Rosa's other browser has the list open, and no conversation.
    const list = await square.tab(rosa.handle);
    await list.goto(`${square.world.url}/mensagens`);
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
    await square.close(rosa, bento);
  });

  test("who is blocked writes, names and is seen no more, and does not know", async () => {
    const [rosa, bento] = [await square.newcomer("Rosa"), await square.newcomer("Bento")];
    await square.talk(rosa, bento);
    const central = await room(square.world, rosa.token, "praca-central");
    for (const person of [rosa, bento]) await api(square.world, "PUT", `/rooms/${central.id}/membership`, { token: person.token });
    await rosa.page.goto(`${square.world.url}/mensagens/${bento.handle}`);
    await bento.page.goto(`${square.world.url}/mensagens/${rosa.handle}`);
    await bento.page.getByText("na praça agora").first().waitFor();
    const second = await square.tab(rosa.handle);
    await second.goto(`${square.world.url}/mensagens/${bento.handle}`);
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
    await rosa.page.goto(`${square.world.url}/salas/praca-central`);
    await composer(rosa.page).pressSequentially("@bento");
    await rosa.page.waitForTimeout(700);
    assert.equal(await rosa.page.getByRole("option", { name: new RegExp(bento.handle) }).count(), 0);
    await composer(rosa.page).fill("");
    // In a room his words are folded away, and his naming her is not told.
    await rosa.page.goto(`${square.world.url}/salas/ajuda`);
    await bento.page.goto(`${square.world.url}/salas/praca-central`);
    await write(bento.page, `Olha, @${rosa.handle}`);
    await rosa.page.waitForTimeout(1_500);
    assert.equal(await item(rosa.page, "Praça Central").getByText("menção").count(), 0);
    await item(rosa.page, "Praça Central").click();
    await rosa.page.getByText("Mensagem de quem você bloqueou.").last().waitFor();
    assert.equal(await message(rosa.page, "Olha,").count(), 0);
    await rosa.page.getByRole("button", { name: "Mostrar" }).last().click();
    await message(rosa.page, "Olha,").waitFor();
    // The block is ended where it is listed.
    await rosa.page.goto(`${square.world.url}/perfil`);
    await rosa.page.getByRole("button", { name: "Desbloquear Bento" }).click();
    await rosa.page.getByText("Você não bloqueia ninguém.").waitFor();
    await second.getByText("Você bloqueou Bento").waitFor({ state: "detached" });
    await second.locator(".pane-head").getByText("na praça agora").waitFor();
    await bento.page.goto(`${square.world.url}/mensagens/${rosa.handle}`);
    await write(bento.page, "De novo por aqui");
    await message(second, "De novo por aqui").waitFor();
    await second.context().close();
    await square.close(rosa, bento);
  });

  test("contacts are found by name, with the keyboard alone", async () => {
    const [rosa, bento, celia] = [await square.newcomer("Rosa"), await square.newcomer("Bento"), await square.newcomer("Célia")];
    await square.talk(rosa, bento);
    await rosa.page.goto(`${square.world.url}/mensagens`);
    await item(rosa.page, bento.name).waitFor();
    const writeAnew = async () => {
      await rosa.page.getByRole("button", { name: "Nova mensagem" }).first().focus();
      await rosa.page.keyboard.press("Enter");
    };
    await writeAnew();
    await dialog(rosa.page).getByRole("searchbox").waitFor();
    await rosa.page.waitForFunction(() => document.activeElement.id === "busca-pessoas");
    await rosa.page.keyboard.type("BENTÓ");
    await dialog(rosa.page).getByRole("button", { name: new RegExp(bento.name) }).waitFor();
    assert.deepEqual(await axe(rosa.page), []);
    await shot(rosa.page, "contacts-desktop-light");
    await rosa.page.keyboard.press("Enter");
    await rosa.page.waitForURL(`**/mensagens/${bento.handle}`);
    await writeAnew();
    await rosa.page.waitForFunction(() => document.activeElement.id === "busca-pessoas");
    await rosa.page.keyboard.type(celia.handle);
    await dialog(rosa.page).getByRole("button", { name: new RegExp(celia.handle) }).waitFor();
    await rosa.page.keyboard.press("Enter");
    await dialog(rosa.page).getByRole("button", { name: "Enviar mensagem" }).click();
    await rosa.page.waitForURL(`**/mensagens/${celia.handle}`);
    await square.close(rosa, bento, celia);
  });
});
