// What is held back: texts that look like spam, and floods; said honestly, and nothing that was written is lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, shot } from "./browser.mjs";
import { composer, message, onBothTwins, write } from "./residents.mjs";
import { api, logIn as session } from "./world.mjs";

const OFFER = "Vendo curso de renda extra, trabalhe de casa e ganhe cinco mil reais por mês";

onBothTwins("spam", { PRACA_ANTISPAM: "on", PRACA_LIMIT_DMS: "off" }, (square) => {
  test("who repeats themselves is told so, can change the text, and sends it", async () => {
    const rosa = await square.newcomer("Rosa");
    const { page } = rosa;
    const ana = await session(square.world, "ana");
    const { body: room } = await api(square.world, "POST", "/rooms", { token: ana.accessToken, body: { name: `Feira ${square.number()}` } });
    await page.goto(`${square.world.url}/salas/${room.slug}`);
    for (const ending of ["!", "!!", "..."]) await write(page, OFFER + ending);
    await composer(page).fill(`${OFFER} :)`);
    await composer(page).press("Enter");
    await page.getByText("quase o mesmo texto várias vezes").waitFor();
    assert.deepEqual(await axe(page), []);
    await shot(page, "spam-desktop-light");
    // It stays where it was, marked as not sent.
    await message(page, `${OFFER} :)`).waitFor();
    const { body: stored } = await api(square.world, "GET", `/rooms/${room.id}/messages`, { token: ana.accessToken });
    assert.equal(stored.items.length, 3);
    await write(page, "Desculpem, já parei");
    await composer(page).fill("https://um.example e https://dois.example");
    await composer(page).press("Enter");
    await page.getByText("Contas novas mandam").waitFor();
    // Who keeps order may repeat themselves.
    for (let n = 0; n < 5; n++) {
      const { status } = await api(square.world, "POST", `/rooms/${room.id}/messages`, { token: ana.accessToken, body: { body: OFFER, nonce: `a${n}` } });
      assert.equal(status, 201);
    }
    await square.close(rosa);
  });
});

onBothTwins("floods", { PRACA_LIMIT_MESSAGES: "3/20s" }, (square) => {
  test("who writes too fast is told to wait, and sends it then", async () => {
    const rosa = await square.newcomer("Rosa");
    const { page } = rosa;
    const ana = await session(square.world, "ana");
    const { body: room } = await api(square.world, "POST", "/rooms", { token: ana.accessToken, body: { name: `Largo ${square.number()}` } });
    await page.goto(`${square.world.url}/salas/${room.slug}`);
    await composer(page).waitFor();
    for (const text of ["um", "dois", "três", "quatro"]) {
      await composer(page).fill(text);
      await composer(page).press("Enter");
    }
    await page.getByText(/depressa|rápido|espere/i).first().waitFor();
    await message(page, "quatro").waitFor();
    // A slow machine may have needed some of the time already.
    await page.waitForTimeout(20_500);
    await message(page, "quatro").getByRole("button", { name: /de novo|Reenviar/ }).click();
    const sent = async () => (await api(square.world, "GET", `/rooms/${room.id}/messages`, { token: ana.accessToken })).body.items.map((item) => item.body);
    for (let n = 0; n < 50 && (await sent()).length < 4; n++) await page.waitForTimeout(100);
    assert.deepEqual(await sent(), ["um", "dois", "três", "quatro"]);
    await square.close(rosa);
  });
});
