// Running the square: finding people and changing them, what was done, and mail.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { axe, logIn, shot } from "./browser.mjs";
import { dialog, onBothTwins } from "./residents.mjs";
import { PASSWORD } from "./world.mjs";

const row = (page, name) => page.getByRole("row", { name: new RegExp(name) });
/** A line of the log. */
const line = (page, text) => page.locator(".audit", { hasText: text });

onBothTwins("admin", {}, (square) => {
  test("an administrator finds somebody, silences them with a reason, and reads of it in the log", async () => {
    const rosa = await square.newcomer("Rosa");
    const ana = await square.tab("ana");
    await ana.getByRole("link", { name: "Gestão" }).click();
    await ana.getByRole("heading", { name: "Gestão da praça" }).waitFor();
    await ana.getByLabel("Nome, apelido ou e-mail").fill(rosa.handle);
    await ana.getByRole("button", { name: "Filtrar" }).click();
    await ana.getByRole("row", { name: /Bia Monteiro/ }).waitFor({ state: "detached" });
    assert.deepEqual(await axe(ana), []);
    await shot(ana, "admin-people-desktop-light");
    await row(ana, rosa.name).getByRole("link").click();
    await ana.getByRole("heading", { name: rosa.name }).waitFor();
    await line(ana, "Criou a conta").waitFor();
    assert.deepEqual(await axe(ana), []);
    await shot(ana, "admin-person-desktop-light");
    await ana.getByLabel("Situação").selectOption("silenced");
    await ana.getByLabel("Por quanto tempo").selectOption("168");
    await ana.getByRole("button", { name: "Salvar a mudança" }).click();
    await ana.getByRole("alert").getByText(/./).first().waitFor();
    await ana.getByLabel("Motivo, que a pessoa lê").fill("brigas na feira");
    await ana.getByRole("button", { name: "Salvar a mudança" }).click();
    await ana.getByText("Salvo.").waitFor();
    const head = ana.locator(".card-person");
    await head.getByText("Em silêncio").waitFor();
    await head.getByText(/^Até: /).waitFor();
    await line(ana, /@ana · Situação mudada · .*brigas na feira/).waitFor();
    await line(ana, /Ativa → Em silêncio · Até: /).waitFor();
    await ana.getByRole("button", { name: "Encerrar os acessos desta pessoa" }).click();
    await ana.getByText("Em nenhum aparelho.").waitFor();
    await rosa.page.waitForURL(/\/entrar/);
    rosa.page.complaints.length = 0;
    await ana.getByText("O que a pessoa fez").click();
    await line(ana, "Situação mudada").waitFor({ state: "detached" });
    await ana.getByRole("link", { name: "Registro" }).click();
    const entry = line(ana, "brigas na feira");
    await entry.getByText("Situação mudada").waitFor();
    const filter = async (fields) => {
      for (const [label, value] of Object.entries(fields)) {
        const field = ana.getByLabel(label, { exact: true });
        await (label === "Ação" ? field.selectOption(value) : field.fill(value));
      }
      await ana.getByRole("button", { name: "Filtrar" }).click();
    };
    await filter({ Ação: "account.set_role" });
    await entry.waitFor({ state: "detached" });
    await filter({ Ação: "account.set_status", "A quem": `@${rosa.handle}`, "Quem fez": "ana" });
    await entry.waitFor();
    await filter({ "Quem fez": "bia" });
    await ana.getByText("Nada encontrado").waitFor();
    await filter({ "Quem fez": "ninguem.assim" });
    await ana.locator('.notice[data-tone="danger"]').waitFor();
    const today = await ana.evaluate(() => new Date().toLocaleDateString("sv"));
    await filter({ "Quem fez": "ana", De: today, Até: today });
    await entry.waitFor();
    assert.deepEqual(await axe(ana), []);
    await shot(ana, "admin-audit-desktop-light");
    const download = ana.waitForEvent("download");
    await ana.getByRole("button", { name: "Baixar planilha" }).click();
    const file = readFileSync(await (await download).path(), "utf8");
    assert.match(file, /^id,at,actorId,actor,action/);
    assert.ok(file.includes("brigas na feira") && !file.includes("account.set_role"));
    assert.deepEqual(ana.complaints, []);
    await ana.context().close();
    await square.close(rosa);
  });

  test("without a mail server mails are read, and handed on, by an administrator", async () => {
    const rosa = await square.newcomer("Rosa");
    const ana = await square.tab("ana", { size: "phone", scheme: "dark" });
    await ana.goto(`${square.world.url}/perfil`);
    await ana.getByRole("link", { name: "Gestão" }).click();
    await ana.getByRole("link", { name: "E-mails" }).click();
    const mail = ana.locator("details.mail", { hasText: new RegExp(`Confirme seu e-mail${rosa.handle}@praca.example`) });
    await mail.locator("summary").click();
    await mail.getByText(`Olá, @${rosa.handle}.`).waitFor();
    assert.deepEqual(await axe(ana), []);
    await shot(ana, "admin-mail-phone-dark");
    assert.match(await mail.getByRole("link").getAttribute("href"), /\/confirmar\?token=/);
    await ana.context().close();
    await square.close(rosa);
  });

  test("nobody else finds it, and a role asks for the password once more", async () => {
    const rosa = await square.newcomer("Rosa");
    assert.equal(await rosa.page.getByRole("link", { name: "Gestão" }).count(), 0);
    await rosa.page.goto(`${square.world.url}/admin`);
    await rosa.page.getByRole("heading", { name: "Esta página é da gestão" }).waitFor();
    assert.deepEqual(await axe(rosa.page), []);
    const page = await square.stranger();
    await logIn(page, "ana", PASSWORD);
    await page.goto(`${square.world.url}/admin`);
    await page.getByLabel("Nome, apelido ou e-mail").fill(rosa.handle);
    await page.getByRole("button", { name: "Filtrar" }).click();
    await page.getByRole("row", { name: /Bia Monteiro/ }).waitFor({ state: "detached" });
    await row(page, rosa.name).getByRole("link").click();
    await page.getByLabel("Papel").selectOption("moderator");
    await page.getByLabel("Motivo, que a pessoa lê").fill("ajuda na feira");
    square.world.pass(6 * 60);
    await page.getByRole("button", { name: "Salvar a mudança" }).click();
    const proof = page.getByRole("dialog", { name: "Confirme que é você" });
    await proof.getByLabel("Senha atual").fill("errada mesmo");
    await proof.getByRole("button", { name: "Continuar" }).click();
    await proof.getByRole("alert").getByText("não confere").waitFor();
    assert.deepEqual(await axe(page), []);
    await shot(page, "admin-once-more-desktop-light");
    await proof.getByLabel("Senha atual").fill(PASSWORD);
    await proof.getByRole("button", { name: "Continuar" }).click();
    await page.locator(".card-person").getByText("Moderação").waitFor();
    await page.context().close();
    await square.close(rosa);
  });

  test("how the square does is drawn, minute by minute", async () => {
    const ana = await square.tab("ana");
    await ana.goto(`${square.world.url}/admin/servidor`);
    // The first minute ends within one.
    const chart = ana.locator("figure", { hasText: "Pessoas com a praça aberta" });
    for (let tries = 0; (await chart.count()) === 0; tries++) {
      assert.ok(tries < 75, "no measures after a minute and a half");
      await ana.waitForTimeout(1_000);
      if (tries % 10 === 9) await ana.reload();
    }
    assert.equal(await ana.locator("figure.chart").count(), 4);
    assert.match(await chart.locator("b").textContent(), /^\d+$/);
    assert.ok((await chart.locator(".chart-line").getAttribute("d")).startsWith("M"));
    assert.deepEqual(await axe(ana), []);
    await shot(ana, "admin-server-desktop-light");
    const week = ana.waitForResponse(/measures\?hours=168/);
    await ana.getByText("7 dias").click();
    assert.equal((await (await week).json()).stepSeconds, 105 * 60);
    assert.ok(await ana.getByRole("radio", { name: "7 dias" }).isChecked());
    await chart.waitFor();
    assert.deepEqual(ana.complaints, []);
    await ana.context().close();
  });
}, { clock: true });

onBothTwins("invites", { PRACA_REGISTRATION: "invite", PRACA_MINIMUM_AGE: "16" }, (square) => {
  test("an administrator invites somebody, who opens an account with the link", async () => {
    const ana = await square.tab("ana");
    await ana.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await ana.goto(`${square.world.url}/admin/convites`);
    await ana.getByLabel("Para quem").fill("Rua do Ipê");
    await ana.getByRole("button", { name: "Convidar" }).click();
    await ana.getByText("Convite pronto").waitFor();
    const invite = ana.getByRole("listitem").filter({ hasText: "Rua do Ipê" });
    await invite.getByRole("button", { name: "Copiar o link" }).click();
    await invite.getByText("Copiado").waitFor();
    assert.deepEqual(await axe(ana), []);
    await shot(ana, "admin-invites-desktop-light");
    const link = await ana.evaluate(() => navigator.clipboard.readText());
    const page = await square.stranger({ path: link.slice(square.world.url.length), size: "phone" });
    assert.match(await page.getByLabel("Código do convite").inputValue(), /^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    await page.getByLabel("Como a vizinhança conhece você?").fill("Rosa Prado");
    await page.getByLabel("Apelido").fill("rosaprado");
    await page.getByLabel("E-mail").fill("rosa.prado@praca.example");
    await page.getByLabel("Crie uma senha").fill("ipê florido no largo");
    await page.getByLabel("Data de nascimento").fill("2020-01-01");
    await page.getByLabel(/Li e aceito as regras/).check();
    await page.getByRole("button", { name: "Criar minha conta" }).click();
    await page.getByText("idade mínima desta praça").waitFor();
    assert.deepEqual(await axe(page), []);
    await shot(page, "admin-invited-phone-light");
    await page.getByLabel("Data de nascimento").fill("1980-01-01");
    await page.getByRole("button", { name: "Criar minha conta" }).click();
    await page.waitForURL(/\/salas/);
    // It was good for one.
    await ana.reload();
    await ana.getByRole("heading", { name: "Gestão da praça" }).waitFor();
    await invite.waitFor({ state: "detached" });
    await ana.context().close();
    await page.context().close();
  });

  test("an administrator arranges what ads are sorted into", async () => {
    const ana = await square.tab("ana");
    const slug = `antiguidades-${square.number()}`;
    await ana.goto(`${square.world.url}/admin/categorias`);
    await ana.getByText("Bicicletas", { exact: true }).waitFor();
    assert.deepEqual(await axe(ana), []);
    await shot(ana, "admin-categories-desktop-light");
    await ana.getByRole("button", { name: "Nova categoria" }).click();
    const form = dialog(ana);
    await form.getByLabel("Nome no endereço").fill("Antiguidades!");
    await form.getByLabel("Nome em português").fill("Antiguidades");
    await form.getByLabel("Nome em inglês").fill("Antiques");
    await form.getByLabel("Nome em espanhol").fill("Antigüedades");
    await form.getByLabel("Faz parte de").selectOption("casa");
    await form.getByRole("button", { name: "Guardar" }).click();
    await form.getByText("Use de 2 a 60 letras minúsculas").waitFor();
    assert.deepEqual(await axe(ana), []);
    await shot(ana, "admin-category-desktop-light");
    await form.getByLabel("Nome no endereço").fill(slug);
    await form.getByRole("button", { name: "Guardar" }).click();
    await ana.getByText("Antiguidades", { exact: true }).waitFor();
    await ana.goto(`${square.world.url}/feira/novo`);
    await ana.getByLabel("Categoria").selectOption(slug);
    await ana.goto(`${square.world.url}/admin/categorias`);
    await ana.getByRole("button", { name: "Apagar Casa e móveis" }).click();
    await ana.getByText("Não dá: ela, ou aquela de que faria parte, tem anúncios").waitFor();
    await ana.getByRole("button", { name: "Apagar Antiguidades" }).click();
    await ana.getByText("Antiguidades", { exact: true }).waitFor({ state: "detached" });
    await ana.goto(`${square.world.url}/admin/registro`);
    await line(ana, "Categoria apagada").first().waitFor();
    await square.close({ page: ana });
  });
});
