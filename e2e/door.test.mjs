// The door: who has yet to accept the house rules as they are reads them there, and goes on or out.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { axe, enter, launch, logIn, open, shot } from "./browser.mjs";
import { PASSWORD, TWINS, start } from "./world.mjs";

for (const twin of TWINS) {
  test(`rules that changed are read and accepted before one goes on, on ${twin}`, async () => {
    const PRACA_DATA_DIR = mkdtempSync(join(tmpdir(), "praca-e2e-door-"));
    const browser = await launch();
    const before = await start(twin, { PRACA_DATA_DIR });
    const page = await open(browser, before, { size: "phone" });
    await logIn(page, "caio", PASSWORD);
    await page.getByRole("link", { name: /Praça Central/ }).first().waitFor();
    await before.stop();
    mkdirSync(join(PRACA_DATA_DIR, "texts"), { recursive: true });
    writeFileSync(join(PRACA_DATA_DIR, "texts", "rules.pt-BR.txt"), "Depois das dez da noite, fale baixo.");
    // The same address, database and key.
    const after = await start(twin, before.env);
    await page.reload();
    await page.getByRole("heading", { name: "Antes de entrar" }).waitFor();
    await page.getByText("Depois das dez da noite, fale baixo.").waitFor();
    assert.deepEqual(await axe(page), []);
    await shot(page, "door-phone-light");
    // Who does not want to goes, and finds the door again.
    await page.getByRole("button", { name: "Agora não, sair" }).click();
    await page.waitForURL(/\/entrar/);
    await enter(page, "caio", PASSWORD);
    await page.getByRole("button", { name: "Li e aceito" }).click();
    await page.getByRole("link", { name: /Praça Central/ }).first().waitFor();
    await page.reload();
    await page.getByRole("link", { name: /Praça Central/ }).first().waitFor();
    assert.equal(await page.getByRole("heading", { name: "Antes de entrar" }).count(), 0);
    await browser.close();
    await after.stop();
    rmSync(PRACA_DATA_DIR, { recursive: true, force: true });
  });
}
