// Second factors: an app with codes, recovery codes, passkeys.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { axe, devtools, enter, shot } from "./browser.mjs";
import { dialog, onBothTwins, written } from "./residents.mjs";
import { PASSWORD } from "./world.mjs";

/** What an app with this secret (base 32) shows at a time in milliseconds (RFC 6238). */
function codeAt(secret, millis) {
  const bits = [...secret].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(millis / 30_000)));
  const mac = createHmac("sha1", key).update(step).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

const setting = (page) => page.locator("#segundo-fator");

/** Gives a page's browser a device that keeps passkeys, and is unlocked by who holds it. */
async function withAuthenticator(page) {
  const client = await devtools(page);
  await client.send("WebAuthn.enable");
  const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };
  const { authenticatorId } = await client.send("WebAuthn.addVirtualAuthenticator", { options });
  return { client, authenticatorId };
}

onBothTwins("factors", {}, (square) => {
  test("an app with codes is turned on, asked for, and replaced by a recovery code when it is lost", async () => {
    const rosa = await square.newcomer("Rosa", { size: "phone", scheme: "dark" });
    const { page } = rosa;
    await page.goto(`${square.world.url}/perfil`);
    await setting(page).getByRole("button", { name: "Ligar" }).click();
    const secret = (await setting(page).locator(".factor-secret").innerText()).replaceAll(" ", "");
    await setting(page).getByRole("img", { name: "Código QR" }).scrollIntoViewIfNeeded();
    assert.deepEqual(await axe(page), []);
    await shot(page, "factors-app-phone-dark");
    const field = setting(page).getByLabel("Código que o aplicativo mostra");
    const turnOn = setting(page).locator("form").getByRole("button", { name: "Ligar" });
    await field.fill("000000");
    await turnOn.click();
    await setting(page).getByText("Não é o código").waitFor();
    const turnedOn = Date.now();
    await field.fill(codeAt(secret, turnedOn));
    await turnOn.click();
    await setting(page).getByRole("heading", { name: "Guarde estes códigos agora" }).waitFor();
    const codes = await setting(page).locator(".factor-codes li").allInnerTexts();
    assert.equal(codes.length, 10);
    await setting(page).locator(".factor-codes").scrollIntoViewIfNeeded();
    assert.deepEqual(await axe(page), []);
    await shot(page, "factors-codes-phone-dark");
    await setting(page).getByRole("button", { name: "Guardei" }).click();
    await setting(page).getByText("10 ainda valem").waitFor();

    const other = await square.stranger({ path: "/entrar" });
    await enter(other, rosa.handle, PASSWORD);
    const asked = other.getByLabel("Código do aplicativo");
    await asked.waitFor();
    assert.equal(await asked.evaluate((field) => document.activeElement === field), true, "the field has the focus");
    assert.deepEqual(await axe(other), []);
    await shot(other, "factors-asked-desktop-light");
    await asked.fill("000000");
    await asked.press("Enter");
    await other.getByRole("alert").getByText("Este código está errado").waitFor();
    // The next code of the app is good a little before its time.
    await asked.fill(codeAt(secret, turnedOn + 30_000));
    await asked.press("Enter");
    await other.waitForURL(/\/salas/);

    const lost = await square.stranger({ path: "/entrar", size: "phone" });
    await enter(lost, rosa.handle, PASSWORD);
    await lost.getByLabel("Código do aplicativo").fill(codes[0].toUpperCase());
    await lost.getByLabel("Código do aplicativo").press("Enter");
    await lost.waitForURL(/\/salas/);
    await lost.goto(`${square.world.url}/perfil`);
    await setting(lost).getByText("9 ainda valem").waitFor();
    await setting(lost).getByRole("button", { name: "Desligar" }).click();
    await setting(lost).getByText("Desligado").waitFor();
    assert.equal(await setting(lost).getByText("Códigos de recuperação").count(), 0);
    for (const each of [other, lost]) {
      assert.deepEqual(each.complaints, []);
      await each.context().close();
    }
    await square.close(rosa);
  });

  test("an administrator takes away what somebody lost, who then needs the password alone and is told", async () => {
    const rosa = await square.newcomer("Rosa");
    await square.prove(rosa);
    const { page } = rosa;
    await page.goto(`${square.world.url}/perfil`);
    await setting(page).getByRole("button", { name: "Ligar" }).click();
    const secret = (await setting(page).locator(".factor-secret").innerText()).replaceAll(" ", "");
    await setting(page).getByLabel("Código que o aplicativo mostra").fill(codeAt(secret, Date.now()));
    await setting(page).locator("form").getByRole("button", { name: "Ligar" }).click();
    await setting(page).getByRole("button", { name: "Guardei" }).click();

    const ana = await square.tab("ana", { size: "phone", scheme: "dark" });
    await ana.goto(`${square.world.url}/admin/pessoas/${rosa.id}`);
    await ana.getByRole("heading", { name: rosa.name }).waitFor();
    await ana.locator(".audit", { hasText: "Segundo fator ligado" }).waitFor();
    // Minutes after the log-in, it asks who does this.
    square.world.pass(6 * 60);
    const remove = ana.getByRole("button", { name: "Remover o segundo fator" });
    await remove.click();
    await dialog(ana).getByRole("button", { name: "Cancelar" }).click();
    await ana.getByRole("alert").getByText("digite sua senha mais uma vez").waitFor();
    await remove.click();
    await dialog(ana).getByLabel("Senha atual").fill(PASSWORD);
    await dialog(ana).getByRole("button", { name: "Continuar" }).click();
    await ana.getByText("Removido.").waitFor();
    await ana.locator(".audit", { hasText: /@ana · Segundo fator removido/ }).waitFor();
    await remove.scrollIntoViewIfNeeded();
    assert.deepEqual(await axe(ana), []);
    await shot(ana, "factors-removed-phone-dark");

    await ana.getByText("Em nenhum aparelho.").waitFor();
    // Rosa is out everywhere, and in by the password alone.
    await page.waitForURL(/\/entrar/);
    await enter(page, rosa.handle, PASSWORD);
    await page.waitForURL(/\/salas/);
    await page.goto(`${square.world.url}/perfil`);
    await setting(page).getByText("Desligado").waitFor();
    const [mail] = await written(square, `${rosa.handle}@praca.example`, "factor_changed");
    assert.equal(mail.subject, "Códigos de aplicativo desligados");
    assert.ok(mail.text.includes("/perfil#segundo-fator"), mail.text);
    await square.close(rosa, { page: ana });
  });

  test("where the address is a number there is no talk of passkeys", async () => {
    const page = await square.stranger({ path: "/entrar" });
    await page.getByRole("button", { name: "Entrar na praça" }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Entrar com chave de acesso" }).count(), 0);
    await page.context().close();
  });
}, { clock: true });

onBothTwins("passkeys", { PRACA_REQUIRE_SECOND_FACTOR: "true" }, (square) => {
  test("an administrator's role waits for a passkey, which then lets them in alone", async () => {
    const ana = await square.tab("ana");
    const { client, authenticatorId } = await withAuthenticator(ana);
    await ana.goto(`${square.world.url}/admin`);
    await ana.getByRole("heading", { name: "Seu papel vale com um segundo fator" }).waitFor();
    assert.deepEqual(await axe(ana), []);
    await ana.getByRole("link", { name: "Ir para o perfil" }).click();
    await setting(ana).getByText("só vale com um segundo fator").waitFor();
    await setting(ana).getByRole("button", { name: "Criar uma chave de acesso" }).click();
    await setting(ana).getByRole("heading", { name: "Guarde estes códigos agora" }).waitFor();
    await setting(ana).getByRole("button", { name: "Guardei" }).click();
    await setting(ana).getByText("Chave de acesso ·").waitFor();
    await setting(ana).scrollIntoViewIfNeeded();
    assert.deepEqual(await axe(ana), []);
    await shot(ana, "factors-passkey-desktop-light");
    await ana.locator(".rail").getByRole("link", { name: "Gestão" }).click();
    await ana.getByRole("heading", { name: "Gestão da praça" }).waitFor();

    await ana.goto(`${square.world.url}/perfil`);
    await ana.locator("#aparelhos").getByRole("button", { name: "Sair", exact: true }).click();
    await ana.waitForURL(/\/entrar/);
    await enter(ana, "ana", PASSWORD);
    await ana.getByRole("alert").getByText("pede um segundo fator").waitFor();
    // After the password it stands for the code.
    await ana.getByRole("button", { name: "Usar a chave de acesso em vez do código" }).click();
    await ana.waitForURL(/\/salas/);
    await ana.goto(`${square.world.url}/perfil`);
    await setting(ana).getByText("Usada").waitFor();
    await setting(ana).getByRole("button", { name: "Remover a chave" }).click();
    await setting(ana).getByText("só vale com um segundo fator").waitFor();
    // Whoever does not want to, or cannot, is told so and stays.
    await client.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    await setting(ana).getByRole("button", { name: "Criar uma chave de acesso" }).click();
    await setting(ana).getByText("Nenhuma chave foi criada").waitFor();
    assert.deepEqual(ana.complaints, []);
    await ana.context().close();
  });

  test("a passkey proves once more who one is", async () => {
    const rosa = await square.newcomer("Rosa", { size: "phone", scheme: "dark" });
    const { page } = rosa;
    const { client, authenticatorId } = await withAuthenticator(page);
    await page.goto(`${square.world.url}/perfil`);
    await setting(page).getByRole("button", { name: "Criar uma chave de acesso" }).click();
    const before = await setting(page).locator(".factor-codes li").allInnerTexts();
    await setting(page).getByRole("button", { name: "Guardei" }).click();
    square.world.pass(6 * 60);
    const renew = setting(page).getByRole("button", { name: "Fazer outros" });
    await renew.click();
    const proof = page.getByRole("dialog", { name: "Confirme que é você" });
    const byPasskey = proof.getByRole("button", { name: "Usar uma chave de acesso" });
    await byPasskey.waitFor();
    assert.deepEqual(await axe(page), []);
    await shot(page, "factors-once-more-phone-dark");
    // Who does not touch the device is asked still.
    await client.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    await byPasskey.click();
    await page.waitForTimeout(1_000);
    assert.ok(await proof.isVisible());
    await client.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
    const answered = page.waitForResponse((answer) => answer.url().endsWith("/auth/reauthenticate/passkey"));
    await byPasskey.click();
    assert.equal((await answered).status(), 204);
    await setting(page).getByRole("heading", { name: "Guarde estes códigos agora" }).waitFor();
    assert.equal(await proof.isVisible(), false);
    const codes = await setting(page).locator(".factor-codes li").allInnerTexts();
    assert.equal(codes.filter((code) => !before.includes(code)).length, 10);
    await square.close(rosa);
  });
}, { named: true, clock: true });
