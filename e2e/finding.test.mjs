// Finding rooms, people and messages, from anywhere, and opening them in their place.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, shot } from "./browser.mjs";
import { dialog, item, message, onBothTwins, write } from "./residents.mjs";
import { api, logIn as session } from "./world.mjs";

const field = (page) => dialog(page).getByRole("combobox");
const options = (page, group) => dialog(page).getByRole("group", { name: group }).getByRole("option");
const chosen = (page) => dialog(page).locator('[role="option"][aria-selected="true"]');

/** Opens the finder and writes. */
async function look(page, words) {
  await page.keyboard.press("Control+k");
  await field(page).waitFor();
  await page.keyboard.type(words);
}

onBothTwins("finding", { PRACA_LIMIT_DMS: "off", PRACA_LIMIT_MESSAGES: "off" }, (square) => {
  /** A room of its own, with these people in it. */
  async function roomOf(name, ...people) {
    const ana = await session(square.world, "ana");
    const { body } = await api(square.world, "POST", "/rooms", { token: ana.accessToken, body: { name: `${name} ${square.number()}` } });
    for (const person of people) await api(square.world, "PUT", `/rooms/${body.id}/membership`, { token: person.token });
    return body;
  }

  async function say(token, path, body) {
    const { status, body: sent } = await api(square.world, "POST", `${path}/messages`, { token, body: { body, nonce: `n${square.number()}` } });
    assert.equal(status, 201);
    return sent;
  }

  test("a message far back opens in its place, with the keyboard alone", async () => {
    const [rosa, bento] = [await square.newcomer("Rosa"), await square.newcomer("Bento")];
    const horta = await roomOf("Horta", rosa, bento);
    await say(bento.token, `/rooms/${horta.id}`, "A **compostagem** começa no sábado, perto da jabuticabeira do coreto");
    for (let n = 0; n < 120; n++) await say(bento.token, `/rooms/${horta.id}`, `conversa ${n}.`);
    await rosa.page.goto(`${square.world.url}/perfil`);
    await rosa.page.getByRole("switch").first().waitFor();
    await look(rosa.page, "JABUTICABEIRA compost");
    await options(rosa.page, "Mensagens").waitFor();
    assert.deepEqual(await dialog(rosa.page).locator("mark").allTextContents(), ["compostagem", "jabuticabeira"]);
    assert.deepEqual(await axe(rosa.page), []);
    await shot(rosa.page, "finder-desktop-light");
    await rosa.page.keyboard.press("Enter");
    await rosa.page.waitForURL(`**/salas/${horta.slug}?m=1`);
    await rosa.page.waitForFunction(() => document.activeElement?.textContent.includes("jabuticabeira"));
    await dialog(rosa.page).waitFor({ state: "detached" });
    // It is a good address for others, too.
    await bento.page.goto(`${square.world.url}/salas/${horta.slug}?m=1`);
    await bento.page.waitForFunction(() => document.activeElement?.textContent.includes("jabuticabeira"));
    // Within the room that is open, without leaving it.
    await rosa.page.getByRole("button", { name: "Buscar nesta sala" }).click();
    await field(rosa.page).waitFor();
    await rosa.page.keyboard.type("conversa 117");
    await options(rosa.page, "Mensagens").first().waitFor();
    await rosa.page.keyboard.press("Enter");
    await rosa.page.waitForFunction(() => document.activeElement?.textContent.includes("conversa 117."));
    assert.deepEqual(rosa.page.complaints, []);
    await square.close(rosa, bento);
  });

  test("rooms, people and messages stand in one list that the arrows go through", async () => {
    const [rosa, girassol] = [await square.newcomer("Rosa"), await square.newcomer("Girassol")];
    const feira = await roomOf("Girassóis", rosa, girassol);
    await say(girassol.token, `/rooms/${feira.id}`, "Mudas de girassol, quem quer?");
    await rosa.page.goto(`${square.world.url}/salas`);
    await item(rosa.page, "Girassóis").waitFor();
    await look(rosa.page, "girassol");
    await options(rosa.page, "Mensagens").waitFor();
    assert.equal(await options(rosa.page, "Pessoas").count(), 1);
    await chosen(rosa.page).getByText(girassol.name).waitFor();
    await rosa.page.keyboard.press("ArrowDown");
    await chosen(rosa.page).getByText("Mudas de").waitFor();
    await rosa.page.keyboard.press("ArrowDown");
    await chosen(rosa.page).getByText(girassol.name).waitFor();
    await rosa.page.keyboard.press("Enter");
    await dialog(rosa.page).getByText(`@${girassol.handle}`).waitFor();
    await rosa.page.keyboard.press("Escape");
    // Whom one talks with, the conversation opens of.
    await square.talk(rosa, girassol);
    await look(rosa.page, girassol.handle);
    await options(rosa.page, "Pessoas").waitFor();
    await rosa.page.keyboard.press("Enter");
    await rosa.page.waitForURL(`**/mensagens/${girassol.handle}`);
    // And what was said there is found there alone.
    await write(rosa.page, "Guarda uma muda de girassol para mim");
    await rosa.page.getByRole("button", { name: "Buscar na conversa" }).click();
    await field(rosa.page).fill("girassol");
    await options(rosa.page, "Mensagens").getByText("Guarda uma").waitFor();
    assert.equal(await dialog(rosa.page).getByRole("option").count(), 1);
    await shot(rosa.page, "finder-within-desktop-light");
    await field(rosa.page).fill("");
    await rosa.page.keyboard.press("Backspace");
    await field(rosa.page).fill("girassol");
    await options(rosa.page, "Mensagens").getByText("Mudas de").waitFor();
    await square.close(rosa, girassol);
  });

  test("what somebody types by accident does no harm, and there is always a next page", async () => {
    const [rosa, bento] = [await square.newcomer("Rosa"), await square.newcomer("Bento")];
    const largo = await roomOf("Largo", rosa, bento);
    for (let n = 0; n < 45; n++) await say(bento.token, `/rooms/${largo.id}`, `tangerina número ${n}`);
    await say(rosa.token, `/rooms/${largo.id}`, "e eu, nenhuma tangerina");
    await rosa.page.goto(`${square.world.url}/salas/${largo.slug}`);
    await message(rosa.page, "nenhuma tangerina").waitFor();
    for (const typed of ['"', "-", ":*", "' OR 1=1 --", "🍊🍊", "a".repeat(3_000), "%_\\", "NEAR(", "😀 -"]) {
      await rosa.page.keyboard.press("Control+k");
      await field(rosa.page).fill(typed);
      await dialog(rosa.page).getByText("Nada encontrado").waitFor();
      await rosa.page.keyboard.press("Escape");
      await dialog(rosa.page).waitFor({ state: "detached" });
    }
    await look(rosa.page, "tangerina");
    await options(rosa.page, "Mensagens").nth(20).waitFor();
    const more = () => dialog(rosa.page).getByRole("option", { name: "Mostrar mais mensagens" });
    await more().click();
    await options(rosa.page, "Mensagens").nth(40).waitFor();
    await more().click();
    await options(rosa.page, "Mensagens").nth(45).waitFor();
    assert.equal(await options(rosa.page, "Mensagens").count(), 46);
    assert.equal(await more().count(), 0);
    // Narrowed down to one person, and to days long gone.
    await dialog(rosa.page).getByRole("button", { name: "Filtrar mensagens" }).click();
    await dialog(rosa.page).getByLabel("De quem").fill(`@${rosa.handle}`);
    await dialog(rosa.page).getByLabel("De quem").blur();
    await options(rosa.page, "Mensagens").getByText("e eu, nenhuma").waitFor();
    await rosa.page.waitForFunction(() => document.querySelectorAll('[role="option"]').length === 1);
    assert.deepEqual(await axe(rosa.page), []);
    await shot(rosa.page, "finder-narrowed-desktop-light");
    await dialog(rosa.page).getByLabel("Até").fill("2020-01-01");
    await dialog(rosa.page).getByLabel("Até").blur();
    await dialog(rosa.page).getByText("Nada encontrado").waitFor();
    await dialog(rosa.page).getByLabel("De quem").fill("ninguem.assim");
    await dialog(rosa.page).getByLabel("De quem").blur();
    await dialog(rosa.page).getByText("Ninguém usa").waitFor();
    await square.close(rosa, bento);
  });

  test("who is blocked, and what is over, is not found", async () => {
    const [rosa, bento] = [await square.newcomer("Rosa"), await square.newcomer("Bento")];
    const largo = await roomOf("Pracinha", rosa, bento);
    const sent = await say(bento.token, `/rooms/${largo.id}`, "pitangueira carregada");
    await look(rosa.page, "pitangueira");
    await options(rosa.page, "Mensagens").waitFor();
    await rosa.page.keyboard.press("Escape");
    await api(square.world, "PUT", `/me/blocks/${bento.id}`, { token: rosa.token });
    await look(rosa.page, "pitangueira");
    await dialog(rosa.page).getByText("Nada encontrado").waitFor();
    await rosa.page.keyboard.press("Escape");
    await api(square.world, "DELETE", `/me/blocks/${bento.id}`, { token: rosa.token });
    await look(rosa.page, "pitangueira");
    await options(rosa.page, "Mensagens").waitFor();
    await rosa.page.keyboard.press("Escape");
    await api(square.world, "DELETE", `/rooms/${largo.id}/messages/${sent.id}`, { token: bento.token });
    await look(rosa.page, "pitangueira");
    await dialog(rosa.page).getByText("Nada encontrado").waitFor();
    await square.close(rosa, bento);
  });

  test("on a phone and in the dark it fills the page", async () => {
    const rosa = await square.newcomer("Rosa", { size: "phone", touch: true, scheme: "dark" });
    await rosa.page.getByRole("button", { name: "Buscar", exact: true }).click();
    await field(rosa.page).fill("praça");
    await dialog(rosa.page).getByRole("option").first().waitFor();
    assert.deepEqual(await axe(rosa.page), []);
    await shot(rosa.page, "finder-phone-dark");
    await dialog(rosa.page).getByRole("button", { name: "Fechar" }).tap();
    await dialog(rosa.page).waitFor({ state: "detached" });
    await rosa.page.getByRole("button", { name: "Buscar", exact: true }).tap();
    await field(rosa.page).fill("praça");
    await options(rosa.page, "Salas").first().tap();
    await rosa.page.waitForURL(/\/salas\/.+/);
    await square.close(rosa);
  });
});
