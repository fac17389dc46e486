// Guessing a password: whoever guesses waits, and the person whose account it is does not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, enter, logIn, shot } from "./browser.mjs";
import { onBothTwins, outbox } from "./residents.mjs";
import { PASSWORD } from "./world.mjs";

onBothTwins("locked", { PRACA_TRUSTED_PROXIES: "127.0.0.0/8" }, (square) => {
  /** A browser that comes from an address, at the door. */
  async function comingFrom(address, settings) {
    const page = await square.stranger({ path: "/entrar", ...settings });
    await page.context().setExtraHTTPHeaders({ "x-forwarded-for": address });
    return page;
  }

  /** Tries a password at the door; gives the server's answer. */
  async function attempt(page, handle, password) {
    const answered = page.waitForResponse((answer) => answer.url().endsWith("/auth/login"));
    await enter(page, handle, password);
    const answer = await answered;
    return { status: answer.status(), wait: Number(answer.headers()["retry-after"] ?? 0), body: await answer.json() };
  }

  /** Guesses, waiting as told, until the wait is longer than so many seconds; gives the waits. */
  async function guess(page, handle, seconds) {
    const waits = [];
    for (let tries = 0; (waits.at(-1) ?? 0) <= seconds; tries++) {
      const { status, wait, body } = await attempt(page, handle, `errada mesmo ${tries}`);
      if (status === 401) continue;
      assert.deepEqual([status, body.code], [429, "auth.locked"]);
      assert.equal(wait, Math.ceil(body.retryAfterMs / 1_000));
      waits.push(wait);
      if (wait <= seconds) await page.waitForTimeout(body.retryAfterMs);
    }
    return waits;
  }

  test("who guesses waits ever longer, and the person's own browser lets them in meanwhile", async () => {
    const house = "203.0.113.7";
    const rosa = await square.newcomer("Rosa");
    await square.prove(rosa);
    await rosa.page.context().setExtraHTTPHeaders({ "x-forwarded-for": house });
    await rosa.page.goto(`${square.world.url}/perfil`);
    await rosa.page.locator("#aparelhos").getByRole("button", { name: "Sair", exact: true }).click();
    await rosa.page.waitForURL(/\/entrar/);

    // In the same house, so that it is the browser that is known, not the place.
    const guest = await comingFrom(house, { size: "phone", scheme: "dark" });
    const waits = await guess(guest, rosa.handle, 8);
    assert.ok(waits.length > 1 && waits.every((wait, at) => at === 0 || wait > waits[at - 1]), `${waits}`);
    await guest.getByRole("alert").getByText("Muitas tentativas").waitFor();
    assert.deepEqual(await axe(guest), []);
    await shot(guest, "locked-phone-dark");
    // The right password tells nothing there, and all elsewhere.
    assert.equal((await attempt(guest, rosa.handle, PASSWORD)).body.code, "auth.locked");
    const started = Date.now();
    await logIn(rosa.page, rosa.handle, PASSWORD);
    const library = await comingFrom("198.51.100.20");
    await logIn(library, rosa.handle, PASSWORD);
    assert.ok(Date.now() - started < 15_000, "while the guest still waits");

    const mail = await outbox(square, `${rosa.handle}@praca.example`, "account_locked");
    assert.ok(mail.text.includes("errou a senha da sua conta várias vezes, na rede 203.0.•.•"), mail.text);
    assert.ok(mail.text.includes("/entrar#senha"), mail.text);
    for (const each of [guest, library]) await square.close({ page: each });
    await square.close(rosa);
  });

  test("the form says for how many seconds", async () => {
    const rosa = await square.newcomer("Rosa");
    const guest = await comingFrom("203.0.113.8");
    const [wait] = (await guess(guest, rosa.handle, 1)).slice(-1);
    const said = await guest.getByRole("alert").innerText();
    await square.close(rosa, { page: guest });
    assert.match(said, new RegExp(`\\b${wait} (s|segundos)\\b`));
  });
});
