// Mails of a real mail server: what was missed, for who wants it, and what was not taken.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SIZES, axe, enter, shot, tabIn } from "./browser.mjs";
import { composer, onBothTwins, until, written } from "./residents.mjs";
import { PASSWORD, api, logIn as session, room } from "./world.mjs";

const DAY = 86_400;

onBothTwins("digest", { PRACA_LIMIT_DMS: "off" }, (square) => {
  /** Somebody says something; days later, with a token of that day. */
  async function say({ handle }, path, body) {
    const { accessToken } = await session(square.world, handle);
    const { status } = await api(square.world, "POST", `${path}/messages`, { token: accessToken, body: { body, nonce: `n${square.number()}` } });
    assert.equal(status, 201);
  }

  /** The digests somebody was sent, the oldest first. */
  const digests = (person) => square.mails(person).filter((mail) => mail.subject === "O que aconteceu na praça");

  /** Turns the digest on, or off, in the profile. */
  async function choose({ page }, from, to) {
    await page.goto(`${square.world.url}/perfil#avisos`);
    const field = page.getByLabel("Resumo por e-mail");
    await field.waitFor();
    assert.equal(await field.evaluate((select) => select.selectedOptions[0].text), from);
    await field.selectOption({ label: to });
    await page.locator("#avisos").getByText("Salvo").waitFor();
  }

  test("who wants it gets a mail of what they missed while they were away, and nobody else does", async () => {
    const rosa = await square.newcomer("Rosa", { size: "phone", scheme: "dark" });
    const [bento, zeca] = [await square.newcomer("Bento"), await square.newcomer("Zeca")];
    const place = await room(square.world, bento.token, "praca-central");
    for (const each of [rosa, bento, zeca]) await api(square.world, "PUT", `/rooms/${place.id}/membership`, { token: each.token });
    const dm = await square.talk(bento, rosa);
    await choose(rosa, "Nunca", "Uma vez por dia");
    assert.deepEqual(await axe(rosa.page), []);
    await rosa.page.getByLabel("Resumo por e-mail").scrollIntoViewIfNeeded();
    await shot(rosa.page, "digest-chosen-phone-dark");
    await rosa.page.close();
    await zeca.page.close();

    await say(bento, `/rooms/${place.id}`, `@${rosa.handle} e @${zeca.handle}, venham ver o ipê <florido>`);
    await say(bento, `/dms/${dm}`, "Guardei uma muda para você");
    const told = async ({ token }) => (await api(square.world, "GET", "/me/notifications", { token })).body.items.length;
    await until(async () => (await told(rosa)) === 2 && (await told(zeca)) === 1);
    square.world.pass(DAY);
    const mail = await until(() => digests(rosa)[0]);
    assert.ok(mail.text.startsWith(`Olá, @${rosa.handle}.`), mail.text);
    for (const said of ["Há 2 avisos que você ainda não viu", `${bento.name} citou você em Praça Central`, `${bento.name} escreveu para você`, "Guardei uma muda para você"]) {
      assert.ok(mail.text.includes(said) && mail.html.includes(said), said);
    }
    assert.ok(mail.text.includes("venham ver o ipê <florido>"), mail.text);

    // The mail's button, pressed where Rosa is still logged in, leads to what was missed.
    const page = await tabIn(rosa.page.context());
    await page.setContent(mail.html);
    await page.getByText("venham ver o ipê <florido>").waitFor();
    // Landmarks are for pages, which a mail is not.
    assert.deepEqual((await axe(page)).filter((found) => !/^(landmark-one-main|region):/.test(found)), []);
    await shot(page, "digest-mail-phone-dark");
    await page.getByRole("link", { name: "Ver na praça" }).click();
    await page.waitForURL(`${square.world.url}/avisos`);
    const notice = page.locator(".notices .list-item[data-unread]");
    await notice.filter({ hasText: "escreveu para você" }).waitFor();
    assert.deepEqual(await axe(page), []);
    await shot(page, "digest-opened-phone-dark");
    await notice.filter({ hasText: "citou você" }).click();
    await composer(page).waitFor();
    await page.goto(`${square.world.url}/avisos`);
    await page.getByRole("button", { name: "Marcar todos como lidos" }).click();
    await notice.first().waitFor({ state: "detached" });
    rosa.page = page;

    // Where Rosa has yet to log in, it leads there afterwards.
    const other = await square.stranger({ path: "/avisos" });
    await enter(other, rosa.handle, PASSWORD);
    await other.waitForURL(`${square.world.url}/avisos`);
    await square.close({ page: other });

    // What was read is not missed: a day later there is one more alone.
    await say(bento, `/dms/${dm}`, "A muda pegou");
    square.world.pass(DAY);
    const second = await until(() => digests(rosa)[1]);
    assert.ok(second.text.includes("Há um aviso que você ainda não viu") && second.text.includes("A muda pegou"), second.text);
    assert.ok(!second.text.includes("ipê"), second.text);
    // Who has enough of them turns them off. Bento's tells when hers would be written.
    await choose(rosa, "Uma vez por dia", "Nunca");
    await choose(bento, "Nunca", "Uma vez por dia");
    await say(bento, `/dms/${dm}`, "E deu flor");
    await say(rosa, `/dms/${dm}`, "Que bonita!");
    await bento.page.goto(`${square.world.url}/salas`);
    square.world.pass(DAY);
    await until(() => digests(bento)[0]);
    assert.equal((await written(square, `${rosa.handle}@praca.example`, "digest")).length, 2);
    assert.equal((await written(square, `${zeca.handle}@praca.example`, "digest")).length, 0);
    await square.close(rosa, bento, zeca);
  });
}, { mail: true, clock: true });

onBothTwins("refused mail", {}, (square) => {
  test("an administrator reads what the mail server did not take, and others get theirs meanwhile", async () => {
    const [nobody, full] = ["ninguem9@praca.example", "cheia9@praca.example"];
    const said = "5.1.1 <ninguem9@praca.example>: Recipient address rejected: User unknown in virtual mailbox table";
    square.mail.answer(nobody, `550 ${said}`);
    square.mail.answer(full, "452 4.2.2 The mailbox is full");
    const page = await square.stranger({ path: "/entrar#cadastro" });
    for (const address of [nobody, full]) {
      await page.getByLabel("Como a vizinhança conhece você?").fill("Vizinha");
      await page.getByLabel("Apelido").fill(address.split("@")[0]);
      await page.getByLabel("E-mail").fill(address);
      await page.getByLabel("Crie uma senha").fill("ipê florido no largo");
      await page.getByRole("button", { name: "Criar minha conta" }).click();
      await page.getByText("enviamos um e-mail com o próximo passo").waitFor();
      await page.reload();
    }
    // Neither keeps the mail after it waiting: without hers Rosa would not be in.
    const rosa = await square.newcomer("Rosa");
    const ana = await square.tab("ana", { size: "phone", scheme: "dark" });
    await ana.goto(`${square.world.url}/admin/mail`);
    const mail = (to) => ana.locator("details.mail", { hasText: `Confirme seu e-mail${to}` });
    await mail(`${rosa.handle}@praca.example`).getByText("Enviado", { exact: true }).waitFor();
    await mail(nobody).getByText(`Não entregue: permanent error (550): ${said}`).waitFor();
    await mail(full).getByText("Ainda tentando: transient error (452): 4.2.2 The mailbox is full").waitFor();
    await mail(nobody).locator("summary").click();
    await mail(nobody).getByText("só para quem o recebe").waitFor();
    assert.deepEqual(await axe(ana), []);
    await shot(ana, "mail-refused-phone-dark");
    const { x, width } = await mail(nobody).locator(".chip").boundingBox();
    assert.ok(x >= 0 && x + width <= SIZES.phone.width, `read to its end, not from ${x} to ${x + width}`);
    // What was refused for good is not tried again; what was not, is, and arrives.
    for (const address of [nobody, full]) square.mail.answer(address);
    square.world.pass(600);
    await until(() => square.mail.mails().find((mail) => mail.to.includes(full)));
    await ana.reload();
    await mail(full).getByText("Enviado", { exact: true }).waitFor();
    await mail(nobody).getByText("Não entregue").waitFor();
    assert.equal(square.mail.mails().filter((mail) => mail.to.includes(nobody)).length, 0);
    for (const each of [page, ana]) await square.close({ page: each });
    await square.close(rosa);
  });
}, { mail: true, clock: true });
