// What people are told: on the page as it comes, in the list until it is read, and what they choose of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, shot } from "./browser.mjs";
import { composer, message, onBothTwins, write } from "./residents.mjs";
import { api, logIn as session } from "./world.mjs";

const toast = (page, text) => page.locator(".toast", { hasText: text });
const notice = (page, text) => page.locator(".notices .list-item", { hasText: text });
const badge = (page) => page.locator('.rail-item[href="/avisos"] .count');

onBothTwins("notices", { PRACA_LIMIT_DMS: "off", PRACA_LIMIT_MESSAGES: "off" }, (square) => {
  async function roomOf(name, ...people) {
    const ana = await session(square.world, "ana");
    const { body } = await api(square.world, "POST", "/rooms", { token: ana.accessToken, body: { name: `${name} ${square.number()}` } });
    for (const person of people) await api(square.world, "PUT", `/rooms/${body.id}/membership`, { token: person.token });
    return body;
  }

  async function say(token, path, body, replyToId) {
    const { status, body: sent } = await api(square.world, "POST", `${path}/messages`, { token, body: { body, nonce: `n${square.number()}`, replyToId } });
    assert.equal(status, 201);
    return sent;
  }

  test("answers come together, lead to where they are, and are read there", async () => {
    const [rosa, bento] = [await square.newcomer("Rosa"), await square.newcomer("Bento")];
    const horta = await roomOf("Horta", rosa, bento);
    const asked = await say(rosa.token, `/rooms/${horta.id}`, "Quem rega no domingo?");
    const second = await square.tab(rosa.handle);
    await rosa.page.goto(`${square.world.url}/perfil`);
    await rosa.page.getByRole("switch").first().waitFor();
    await say(bento.token, `/rooms/${horta.id}`, "Eu rego", asked.id);
    await toast(rosa.page, `${bento.name} respondeu você em ${horta.name}`).getByText("Eu rego").waitFor();
    assert.deepEqual(await axe(rosa.page), []);
    await shot(rosa.page, "toast-desktop-light");
    await say(bento.token, `/rooms/${horta.id}`, "Mas só de manhã", asked.id);
    await toast(rosa.page, `2 respostas para você em ${horta.name}`).waitFor();
    for (const page of [rosa.page, second]) await badge(page).getByText("1", { exact: true }).waitFor();
    await rosa.page.getByRole("link", { name: /^Avisos/ }).first().click();
    await notice(rosa.page, "2 respostas para você").getByText("Mas só de manhã").waitFor();
    assert.equal(await rosa.page.locator(".notices .list-item").count(), 1);
    assert.deepEqual(await axe(rosa.page), []);
    await shot(rosa.page, "notices-desktop-light");
    await notice(rosa.page, "2 respostas para você").click();
    await rosa.page.waitForURL(`**/salas/${horta.slug}?m=3`);
    await message(rosa.page, "Mas só de manhã").waitFor();
    // Read there, it is read everywhere.
    for (const page of [rosa.page, second]) await badge(page).waitFor({ state: "detached" });
    assert.deepEqual(rosa.page.complaints, []);
    await second.context().close();
    await square.close(rosa, bento);
  });

  test("who is looking is not disturbed, and who is elsewhere is", async () => {
    const [rosa, bento] = [await square.newcomer("Rosa"), await square.newcomer("Bento")];
    const dm = await square.talk(rosa, bento);
    await rosa.page.goto(`${square.world.url}/mensagens/${bento.handle}`);
    await composer(rosa.page).waitFor();
    await say(bento.token, `/dms/${dm}`, "Oi, Rosa");
    await message(rosa.page, "Oi, Rosa").waitFor();
    await rosa.page.waitForTimeout(3_000);
    assert.equal(await rosa.page.locator(".toast").count(), 0);
    assert.equal(await badge(rosa.page).count(), 0);
    await rosa.page.goto(`${square.world.url}/salas`);
    await rosa.page.locator(".list-item").first().waitFor();
    await say(bento.token, `/dms/${dm}`, "Você viu a feira?");
    await toast(rosa.page, `${bento.name} escreveu para você`).getByText("Você viu a feira?").waitFor();
    await toast(rosa.page, "escreveu").getByRole("link", { name: "Abrir" }).click();
    await message(rosa.page, "Você viu a feira?").waitFor();
    assert.equal(await rosa.page.locator(".toast").count(), 0);
    await badge(rosa.page).waitFor({ state: "detached" });
    await write(rosa.page, "Ainda não");
    await square.close(rosa, bento);
  });

  test("all are marked as read at once, in every tab, and a request is told", async () => {
    const [rosa, bento] = [await square.newcomer("Rosa"), await square.newcomer("Bento")];
    const [um, dois] = [await roomOf("Um", rosa, bento), await roomOf("Dois", rosa, bento)];
    await say(bento.token, `/rooms/${um.id}`, `@${rosa.handle}, vem`);
    await say(bento.token, `/rooms/${dois.id}`, `@${rosa.handle}, vem cá`);
    const { body: dm } = await api(square.world, "PUT", `/dms/with/${rosa.id}`, { token: bento.token });
    await say(bento.token, `/dms/${dm.id}`, "Podemos conversar?");
    const second = await square.tab(rosa.handle);
    await badge(rosa.page).getByText("3", { exact: true }).waitFor();
    await rosa.page.goto(`${square.world.url}/avisos`);
    await notice(rosa.page, `${bento.name} quer conversar com você`).waitFor();
    await notice(rosa.page, `citou você em ${um.name}`).waitFor();
    await shot(rosa.page, "notices-three-desktop-light");
    await rosa.page.getByRole("button", { name: "Marcar todos como lidos" }).click();
    for (const page of [rosa.page, second]) await badge(page).waitFor({ state: "detached" });
    await rosa.page.getByRole("button", { name: "Marcar todos como lidos" }).waitFor({ state: "detached" });
    assert.equal(await rosa.page.locator(".notices .list-item[data-unread]").count(), 0);
    await second.context().close();
    await square.close(rosa, bento);
  });

  test("people choose what they are told, and quiet hours only fill the list", async () => {
    const [rosa, bento] = [await square.newcomer("Rosa"), await square.newcomer("Bento")];
    const sala = await roomOf("Sala", rosa, bento);
    await rosa.page.goto(`${square.world.url}/perfil`);
    const { page } = rosa;
    await page.getByLabel("Quando citam você").selectOption({ label: "Só na lista" });
    await page.locator("#avisos").getByText("Salvo").waitFor();
    assert.deepEqual(await axe(page), []);
    await say(bento.token, `/rooms/${sala.id}`, `@${rosa.handle}, oi`);
    await badge(page).getByText("1", { exact: true }).waitFor();
    assert.equal(await page.locator(".toast").count(), 0);
    await page.getByLabel("Quando citam você").selectOption({ label: "Na lista e na tela" });
    await page.getByRole("switch", { name: /Horário de silêncio/ }).click();
    await page.getByLabel("Das", { exact: true }).fill("00:00");
    await page.getByLabel("Das", { exact: true }).blur();
    await page.getByLabel("Até", { exact: true }).fill("00:00");
    await page.getByLabel("Até", { exact: true }).blur();
    await page.waitForTimeout(500);
    await shot(page, "notify-settings-desktop-light");
    const { body: kept } = await api(square.world, "GET", "/me/preferences", { token: rosa.token });
    assert.deepEqual(kept.notifications.quietHours, { from: "00:00", to: "00:00", timeZone: "America/Sao_Paulo" });
    await say(bento.token, `/rooms/${sala.id}`, `@${rosa.handle}, e agora?`);
    // The second joins the first: the number stays, the list grows, and this page is not disturbed.
    await page.waitForTimeout(3_000);
    assert.equal(await page.locator(".toast").count(), 0);
    await page.getByRole("link", { name: /^Avisos/ }).first().click();
    await notice(page, "2 menções a você").waitFor();
    await square.close(rosa, bento);
  });

  test("on a phone, in the dark, the list is a page like the others", async () => {
    const rosa = await square.newcomer("Rosa", { size: "phone", touch: true, scheme: "dark" });
    const bento = await square.newcomer("Bento");
    await rosa.page.locator(".rail-item[href=\"/avisos\"]").click();
    await rosa.page.getByRole("heading", { name: "Nada por aqui ainda" }).waitFor();
    assert.deepEqual(await axe(rosa.page), []);
    await shot(rosa.page, "notices-empty-phone-dark");
    const sala = await roomOf("Sala", rosa, bento);
    await say(bento.token, `/rooms/${sala.id}`, `@${rosa.handle}, olha o ipê florido`);
    await notice(rosa.page, "citou você").waitFor();
    assert.deepEqual(await axe(rosa.page), []);
    await shot(rosa.page, "notices-phone-dark");
    assert.equal(await rosa.page.locator(".toast").count(), 0, "who looks at the list needs no pointing there");
    await notice(rosa.page, "citou você").tap();
    await message(rosa.page, "olha o ipê").waitFor();
    await rosa.page.goto(`${square.world.url}/perfil`);
    await rosa.page.getByRole("switch").first().waitFor();
    await say(bento.token, `/rooms/${sala.id}`, `@${rosa.handle}, choveu pétala`);
    await toast(rosa.page, "citou você").waitFor();
    assert.deepEqual(await axe(rosa.page), []);
    await shot(rosa.page, "toast-phone-dark");
    await toast(rosa.page, "citou você").getByRole("button", { name: "Fechar aviso" }).tap();
    await rosa.page.locator(".toast").waitFor({ state: "detached" });
    await square.close(rosa, bento);
  });
});
