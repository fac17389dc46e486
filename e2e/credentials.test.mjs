// What one logs in with: proving the address, a password that is good, forgotten or changed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, logIn, shot } from "./browser.mjs";
import { composer, linkIn, onBothTwins, outbox, until, write } from "./residents.mjs";
import { PASSWORD, api, logIn as session } from "./world.mjs";

const OTHER = "ipê florido no largo";

/** What is read out beside a field's name. */
const described = (field) => field.evaluate((field) => field.getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id)?.innerText).join(" "));

onBothTwins("credentials", {}, (square) => {
  test("somebody new is told how good a password is, and proves the address by the mail", async () => {
    const page = await square.stranger({ path: "/entrar#cadastro" });
    await page.getByLabel("Como a vizinhança conhece você?").fill("Rosa Prado");
    await page.getByLabel("Apelido").fill("rosaprado");
    await page.getByLabel("E-mail").fill("rosa.prado@praca.example");
    const password = page.getByLabel("Crie uma senha");
    const meter = page.getByRole("meter", { name: "Força da senha" });
    for (const [text, level, said] of [
      ["curta", "1", "Curta demais"],
      ["flamengo2024", "1", "primeiras senhas"],
      ["rosaprado1", "1", "não pode ser feita do seu nome"],
      ["hijklmno1", "1", "Sequências como abc"],
      ["12345678", "1", "primeiras senhas"],
      [OTHER, "4", "Ótima"],
    ]) {
      await password.fill(text);
      await page.locator(".strength", { hasText: said }).waitFor();
      assert.equal(await meter.getAttribute("value"), level, text);
    }
    assert.deepEqual(await axe(page), []);
    await shot(page, "credentials-sign-up-desktop-light");
    // What the page lets through the server looks at, too.
    await password.fill("rosa1234567");
    await page.getByRole("button", { name: "Criar minha conta" }).click();
    await page.getByRole("alert").getByText("não pode ser feita do seu nome").waitFor();
    await password.fill(OTHER);
    await page.getByLabel(/Li e aceito as regras/).check();
    await page.getByRole("button", { name: "Criar minha conta" }).click();
    await page.waitForURL(/\/salas/);
    await page.getByRole("link", { name: /Praça Central/ }).first().waitFor();
    await page.goto(`${square.world.url}/perfil`);
    const setting = page.locator("#senha");
    await setting.getByText("rosa.prado@praca.example").waitFor();
    await setting.getByRole("button", { name: "Enviar o link de novo" }).click();
    await setting.getByText("O link está a caminho.").waitFor();
    const first = linkIn(await outbox(square, "rosa.prado@praca.example", "verify_email"));
    const proof = await page.context().newPage();
    await proof.goto(first);
    await proof.getByRole("button", { name: "Sim, confirmar" }).click();
    await proof.getByRole("heading", { name: "E-mail confirmado" }).first().waitFor();
    assert.deepEqual(await axe(proof), []);
    await shot(proof, "credentials-confirmed-desktop-light");
    assert.ok(!proof.url().includes("token"), "the address forgets the token");
    // The page that was open learns of it by itself.
    await setting.getByText("Confirmado", { exact: true }).waitFor();
    await proof.goto(first);
    await proof.getByRole("button", { name: "Sim, confirmar" }).click();
    await proof.getByText("não vale mais").waitFor();
    await page.context().close();
  });

  test("a forgotten password is replaced by a link, with the keyboard alone", async () => {
    const rosa = await square.newcomer("Rosa");
    const page = await square.stranger({ path: "/entrar", size: "phone", scheme: "dark" });
    await page.getByRole("button", { name: "Esqueci a senha" }).press("Enter");
    await page.getByLabel("E-mail da sua conta").fill(`${rosa.handle}@praca.example`);
    await page.keyboard.press("Enter");
    await page.getByText("o link já está a caminho").waitFor();
    assert.deepEqual(await axe(page), []);
    await shot(page, "credentials-forgot-phone-dark");
    await page.goto(linkIn(await outbox(square, `${rosa.handle}@praca.example`, "reset_password")));
    await page.getByLabel("Crie uma senha").fill("curta");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("Curta demais").waitFor();
    // A password is pasted as well as typed, and can be looked at.
    const field = page.getByLabel("Crie uma senha");
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.evaluate((text) => navigator.clipboard.writeText(text), OTHER);
    await field.fill("");
    await field.press("ControlOrMeta+v");
    assert.equal(await field.inputValue(), OTHER);
    assert.equal(await field.getAttribute("type"), "password");
    await page.getByRole("button", { name: "Mostrar senha" }).click();
    assert.equal(await field.getAttribute("type"), "text");
    await page.locator(".strength", { hasText: "Ótima" }).waitFor();
    assert.deepEqual(await axe(page), []);
    await shot(page, "credentials-new-password-phone-dark");
    await field.press("Enter");
    await page.getByText("Senha trocada").waitFor();
    // The page that was logged in is not any more.
    await rosa.page.getByRole("button", { name: "Entrar na praça" }).waitFor();
    await page.getByRole("link", { name: "Entrar na praça" }).click();
    await logIn(page, rosa.handle, OTHER);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
    await square.close(rosa);
  });

  test("address and password are changed by who knows the password", async () => {
    const rosa = await square.newcomer("Rosa");
    await square.prove(rosa);
    const other = await square.tab(rosa.handle);
    const { page } = rosa;
    await page.goto(`${square.world.url}/perfil`);
    await page.getByText("Trocar o e-mail").click();
    await page.getByLabel("Novo e-mail").fill(`nova.${rosa.handle}@praca.example`);
    await page.getByRole("button", { name: "Enviar o link", exact: true }).click();
    await page.getByText("Enviamos um link ao novo endereço").waitFor();
    const link = linkIn(await outbox(square, `nova.${rosa.handle}@praca.example`, "change_email"));
    const proof = await page.context().newPage();
    await proof.goto(link);
    await proof.getByRole("button", { name: "Sim, confirmar" }).click();
    await proof.getByRole("heading", { name: "E-mail confirmado" }).first().waitFor();
    await page.locator("#senha").getByText(`nova.${rosa.handle}@praca.example`).waitFor();
    await page.locator("summary", { hasText: "Trocar a senha" }).click();
    await page.locator("#p-senha").fill(PASSWORD);
    await page.locator("#p-senha-nova").fill(OTHER);
    await page.locator("#senha .strength", { hasText: "Ótima" }).waitFor();
    assert.deepEqual(await axe(page), []);
    await shot(page, "credentials-profile-desktop-light");
    await page.getByRole("button", { name: "Trocar a senha" }).click();
    await page.getByText("Os outros aparelhos saíram").waitFor();
    await other.getByRole("button", { name: "Entrar na praça" }).waitFor();
    await other.context().close();
    await page.reload();
    await page.locator("#senha").waitFor();
    // Had it been somebody else, the mail to the address of before takes the account back.
    const owner = await square.stranger({ path: linkIn(await outbox(square, `${rosa.handle}@praca.example`, "email_changed")).slice(square.world.url.length) });
    await owner.getByLabel("Crie uma senha").fill("de volta à minha praça");
    await owner.keyboard.press("Enter");
    await owner.getByText("Senha trocada").waitFor();
    await page.getByRole("button", { name: "Entrar na praça" }).waitFor();
    await owner.getByRole("link", { name: "Entrar na praça" }).click();
    await logIn(owner, `${rosa.handle}@praca.example`, "de volta à minha praça");
    await owner.context().close();
    await square.close(rosa);
  });

  test("log-ins elsewhere are seen, and ended", async () => {
    const rosa = await square.newcomer("Rosa");
    const other = await square.tab(rosa.handle);
    await rosa.page.goto(`${square.world.url}/perfil#aparelhos`);
    const devices = rosa.page.locator("#aparelhos li");
    // The one that registered, and two browsers.
    await devices.nth(2).waitFor();
    await devices.filter({ hasText: "Este aparelho" }).getByText("Chrome · Linux").waitFor();
    // One alone: the browser that is not this one.
    const browsers = devices.filter({ hasText: "Chrome · Linux" });
    await browsers.filter({ hasNotText: "Este aparelho" }).getByRole("button", { name: "Encerrar" }).click();
    await devices.nth(2).waitFor({ state: "detached" });
    await other.getByRole("button", { name: "Entrar na praça" }).waitFor();
    await rosa.page.getByRole("button", { name: "Encerrar todos os outros" }).click();
    await devices.nth(1).waitFor({ state: "detached" });
    await other.context().close();
    await square.close(rosa);
  });

  test("a log-in from another device is told by a mail that leads to where it is ended", async () => {
    const rosa = await square.newcomer("Rosa");
    const to = `${rosa.handle}@praca.example`;
    await square.prove(rosa);
    const telephone = { "content-type": "application/json", "user-agent": "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0" };
    const entered = await fetch(`${square.world.url}/api/v1/auth/login`, { method: "POST", headers: telephone, body: JSON.stringify({ login: rosa.handle, password: PASSWORD }) });
    assert.equal(entered.status, 200);
    const mail = await outbox(square, to, "new_device");
    assert.ok(mail.text.includes("Firefox · Android"), mail.text);
    await rosa.page.goto(mail.text.match(/https?:\S+#aparelhos/)[0]);
    const device = rosa.page.locator("#aparelhos li").filter({ hasText: "Firefox · Android" });
    await device.getByRole("button", { name: "Encerrar" }).click();
    await device.waitFor({ state: "detached" });
    const { accessToken } = await entered.json();
    assert.equal((await api(square.world, "GET", "/me", { token: accessToken })).status, 401);
    await square.close(rosa);
  });

  test("the profile has its sections beside it, the space between messages, and the mail of what was missed", async () => {
    const rosa = await square.newcomer("Rosa");
    const { page } = rosa;
    await page.goto(`${square.world.url}/perfil`);
    const sections = page.getByRole("navigation", { name: "Suas configurações" });
    await sections.getByRole("link", { name: "Nome e retrato" }).and(page.locator("[aria-current=true]")).waitFor();
    await sections.getByRole("link", { name: "Aparência e idioma" }).click();
    await page.waitForURL("**/perfil#aparencia");
    await sections.getByRole("link", { name: "Aparência e idioma" }).and(page.locator("[aria-current=true]")).waitFor();
    await page.getByText("Compacto").click();
    await page.getByLabel("Resumo por e-mail").selectOption("weekly");
    await until(async () => (await api(square.world, "GET", "/me/preferences", { token: rosa.token })).body.digest === "weekly");
    await page.reload();
    await page.locator("html[data-density=compact]").waitFor({ state: "attached" });
    await page.getByRole("radio", { name: "Compacto", checked: true }).waitFor({ state: "attached" });
    assert.equal(await page.getByLabel("Resumo por e-mail").inputValue(), "weekly");
    await page.evaluate(() => scrollTo(0, 0));
    assert.deepEqual(await axe(page), []);
    await shot(page, "profile-sections-desktop-light");
    await square.close(rosa);
  });

  test("a log-in leads on to pages of the square alone", async () => {
    const rosa = await square.newcomer("Rosa");
    for (const elsewhere of ["//outra.example/salas", "https://outra.example/salas", "/\\outra.example/salas"]) {
      const page = await square.stranger({ path: `/entrar?depois=${encodeURIComponent(elsewhere)}` });
      await logIn(page, rosa.handle, PASSWORD);
      assert.equal(new URL(page.url()).origin, square.world.url);
      await square.close({ page });
    }
    await square.close(rosa);
  });

  test("a handle the square keeps for itself is refused where it is written", async () => {
    const page = await square.stranger({ path: "/entrar#cadastro", size: "phone", scheme: "dark" });
    const handle = page.getByLabel("Apelido");
    await page.getByLabel("Como a vizinhança conhece você?").fill("Rosa Prado");
    await page.getByLabel("E-mail").fill("moderacao@praca.example");
    await page.getByLabel("Crie uma senha").fill(OTHER);
    // Whole, disguised, and as a part of one.
    for (const reserved of ["moderacao", "adm1n", "suporte.rosa"]) {
      await handle.fill(reserved);
      const answered = page.waitForResponse((answer) => answer.url().endsWith("/auth/register"));
      await page.getByRole("button", { name: "Criar minha conta" }).click();
      assert.equal((await answered).status(), 422, reserved);
      await page.getByRole("alert").getByText(/Este apelido é reservado\./).waitFor();
      await handle.and(page.locator("[aria-invalid=true]:focus")).waitFor();
      assert.match(await described(handle), /Este apelido é reservado\./);
    }
    assert.deepEqual(await axe(page), []);
    await shot(page, "credentials-reserved-phone-dark");
    await handle.fill("rosa.do.largo");
    await page.getByRole("button", { name: "Criar minha conta" }).click();
    // Who did not say that they read the rules reads them at the door.
    await page.getByRole("heading", { name: "Antes de entrar" }).waitFor();
    await page.getByRole("button", { name: "Li e aceito" }).click();
    await page.getByRole("link", { name: /Praça Central/ }).first().waitFor();
    await square.close({ page });
  });
});

onBothTwins("credentials by mail", {}, (square) => {
  test("where there is a mail server, people prove their address before they write", async () => {
    const page = await square.stranger({ path: "/entrar#cadastro" });
    await page.getByLabel("Como a vizinhança conhece você?").fill("Zeca");
    await page.getByLabel("Apelido").fill("zeca.prado");
    await page.getByLabel("E-mail").fill("zeca@praca.example");
    await page.getByLabel("Crie uma senha").fill(OTHER);
    await page.getByLabel(/Li e aceito as regras/).check();
    await page.getByRole("button", { name: "Criar minha conta" }).click();
    await page.getByText("enviamos um e-mail com o próximo passo").waitFor();
    await shot(page, "credentials-mailed-desktop-light");
    await page.getByRole("tab", { name: "Entrar" }).click();
    await logIn(page, "zeca.prado", OTHER);
    await page.goto(`${square.world.url}/salas/praca-central`);
    await page.getByText("Confirme seu e-mail para escrever").waitFor();
    assert.deepEqual(await axe(page), []);
    await shot(page, "credentials-unproved-desktop-light");
    // Between two people as well.
    const bia = await session(square.world, "bia");
    const zeca = (await api(square.world, "GET", "/users/zeca.prado", { token: bia.accessToken })).body.id;
    const dm = (await api(square.world, "PUT", `/dms/with/${zeca}`, { token: bia.accessToken })).body.id;
    await api(square.world, "POST", `/dms/${dm}/messages`, { token: bia.accessToken, body: { body: "Seja bem-vindo!", nonce: "bem-vindo" } });
    await page.goto(`${square.world.url}/mensagens/bia`);
    await page.getByText("Confirme seu e-mail para escrever").waitFor();
    await page.goto(`${square.world.url}/salas/praca-central`);
    await page.getByRole("button", { name: "Enviar o link de novo" }).click();
    await page.getByText("O link está a caminho.").waitFor();
    const mail = await until(() => square.mail.mails().filter((mail) => mail.to.includes("zeca@praca.example"))[1]);
    assert.equal(mail.subject, "Confirme seu e-mail");
    const proof = await page.context().newPage();
    await proof.goto(linkIn(mail));
    await proof.getByRole("button", { name: "Sim, confirmar" }).click();
    await proof.getByRole("heading", { name: "E-mail confirmado" }).first().waitFor();
    await composer(page).waitFor();
    await write(page, "Agora sim");
    // A forgotten password is replaced by a mail that was sent.
    const forgetful = await square.stranger({ path: "/entrar" });
    await forgetful.getByRole("button", { name: "Esqueci a senha" }).click();
    await forgetful.getByLabel("E-mail da sua conta").fill("zeca@praca.example");
    await forgetful.keyboard.press("Enter");
    const recovery = await until(() => square.mail.mails().find((mail) => mail.to.includes("zeca@praca.example") && mail.text.includes("/nova-senha?token=")));
    await forgetful.goto(linkIn(recovery));
    await forgetful.getByLabel("Crie uma senha").fill("outra vez na minha praça");
    await forgetful.keyboard.press("Enter");
    await forgetful.getByText("Senha trocada").waitFor();
    await forgetful.context().close();
    // How a mail looks.
    const look = await page.context().newPage();
    await look.setContent(mail.html);
    await shot(look, "credentials-mail-desktop-light");
    await page.context().close();
  });
}, { mail: true });

onBothTwins("closed", { PRACA_REGISTRATION: "closed" }, (square) => {
  test("a closed square says so, and lets its people in", async () => {
    const page = await square.stranger({ path: "/entrar#cadastro" });
    await page.getByText("a praça não recebe contas novas").waitFor();
    assert.equal(await page.getByRole("button", { name: "Criar minha conta" }).count(), 0);
    assert.deepEqual(await axe(page), []);
    await page.getByRole("tab", { name: "Entrar" }).click();
    await logIn(page, "caio", PASSWORD);
    await page.waitForURL(/\/salas/);
    await page.context().close();
  });
});
