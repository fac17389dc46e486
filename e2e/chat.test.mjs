// Talking for hours: long histories, the keyboard, lost connections, several tabs, keeping order.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { axe, launch, logIn, open, shot } from "./browser.mjs";
import { PASSWORD, api, logIn as session, room, start } from "./world.mjs";

let browser;
let world;
before(async () => {
  browser = await launch();
  world = await start("sqlite and local");
});
after(async () => {
  await browser.close();
  await world.stop();
});

const composer = (page) => page.getByRole("textbox", { name: /Mensagem para/ });
const message = (page, text) => page.locator(".msg", { hasText: text });
const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.textContent);
/** The message at the upper edge of the log, and how far from it. */
const place = (page) =>
  page.evaluate(() => {
    const log = document.querySelector(".log");
    const edge = log.getBoundingClientRect().top;
    const first = [...log.querySelectorAll(".msg[id]")].find((message) => message.getBoundingClientRect().bottom > edge);
    return { id: first.id, offset: first.getBoundingClientRect().top - edge };
  });

async function enter(name, slug, settings) {
  const page = await open(browser, world, settings);
  await logIn(page, name, PASSWORD);
  await page.goto(`${world.url}/salas/${slug}`);
  await page.locator(".log:not([aria-busy])").waitFor();
  return page;
}

test("a long history is read without a jump, and never stands in the page as a whole", async () => {
  const ana = await session(world, "ana");
  const made = await api(world, "POST", "/rooms", { token: ana.accessToken, body: { name: "Memórias" } });
  const say = (number) =>
    api(world, "POST", `/rooms/${made.body.id}/messages`, { token: ana.accessToken, body: { body: `lembrança ${number}`, nonce: `m${number}` } });
  for (let number = 1; number <= 400; number++) assert.equal((await say(number)).status, 201);

  const page = await enter("elis", "memorias");
  await message(page, "lembrança 400").waitFor();
  const count = () => page.locator(".msg[id]").count();
  assert.equal(await count(), 50);
  for (let pages = 0; pages < 7; pages++) {
    const before = await page.locator(".msg[id]").first().getAttribute("id");
    await page.evaluate(() => (document.querySelector(".log").scrollTop = 40));
    const kept = await place(page);
    await page.waitForFunction((before) => document.querySelector(".msg[id]").id !== before, before);
    await page.waitForTimeout(100);
    const now = await page.evaluate((id) => {
      const log = document.querySelector(".log").getBoundingClientRect().top;
      return document.getElementById(id).getBoundingClientRect().top - log;
    }, kept.id);
    assert.ok(Math.abs(now - kept.offset) < 3, `page ${pages}: ${kept.id} moved by ${now - kept.offset}`);
    assert.ok((await count()) <= 200);
  }
  await page.locator("#m1").waitFor();
  // What is new does not disturb whoever reads far back.
  const kept = await place(page);
  await say(401);
  const unread = page.getByRole("link", { name: /Memórias/ }).getByText("1 não lida");
  await unread.waitFor({ state: "attached" });
  assert.deepEqual(await place(page), kept);
  await page.getByRole("button", { name: "Ir para as mais novas" }).click();
  await message(page, "lembrança 401").waitFor();
  await unread.waitFor({ state: "detached" });
  assert.equal(await page.getByRole("button", { name: "Ir para as mais novas" }).count(), 0);

  // An answer leads to what it answers, however far back.
  const history = await api(world, "GET", `/rooms/${made.body.id}/messages?around=5`, { token: ana.accessToken });
  const fifth = history.body.items.find((item) => item.seq === 5);
  const answer = { body: "essa foi boa", nonce: "answer", replyToId: fifth.id };
  await api(world, "POST", `/rooms/${made.body.id}/messages`, { token: ana.accessToken, body: answer });
  await message(page, "essa foi boa").locator(".reply").click();
  await page.waitForFunction(() => document.activeElement.id === "m5");
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("the keyboard goes everywhere", async () => {
  const page = await enter("caio", "praca-central");
  await composer(page).fill("para o teclado");
  await composer(page).press("Enter");
  await message(page, "para o teclado").waitFor();
  await page.locator(".log").focus();
  await page.keyboard.press("ArrowDown");
  const newest = await message(page, "para o teclado").getAttribute("id");
  assert.equal(await focused(page), newest);
  await page.keyboard.press("e");
  await page.waitForFunction(() => document.activeElement.id === "texto");
  assert.equal(await composer(page).inputValue(), "para o teclado");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.activeElement.id === "texto" && document.activeElement.value === "");
  await page.waitForTimeout(200);
  await page.locator(".log").focus();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  assert.notEqual(await focused(page), newest);
  await page.keyboard.press("r");
  await page.getByText(/Respondendo a/).waitFor();
  await page.keyboard.press("Escape");
  await page.waitForTimeout(200);
  await page.locator(".log").focus();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("+");
  await page.getByRole("group", { name: "Ações da mensagem" }).waitFor();
  assert.deepEqual(await axe(page), []);
  await page.keyboard.press("Escape");

  await page.keyboard.press("F6");
  assert.equal(await focused(page), "Sobre a sala");
  await page.keyboard.press("F6");
  assert.equal(await focused(page), "Salas");
  await page.keyboard.press("Shift+F6");
  await page.keyboard.press("Shift+F6");
  assert.equal(await focused(page), "Praça Central");
  const here = page.url();
  await page.keyboard.press("Alt+ArrowDown");
  await page.waitForFunction((here) => location.href !== here, here);
  await page.keyboard.press("Alt+ArrowUp");
  await page.waitForFunction((here) => location.href === here, here);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Salas, pessoas e mensagens" }).waitFor();
  await page.keyboard.type("associacao");
  await page.getByRole("group", { name: "Salas" }).getByRole("option").waitFor();
  assert.deepEqual(await axe(page), []);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/salas\/avisos$/);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("xyzxyz");
  await page.getByText("Nada encontrado").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("on a phone the focus follows the pane, and a tap opens what can be done", async () => {
  const page = await open(browser, world, { size: "phone", touch: true });
  await logIn(page, "davi", PASSWORD);
  await page.getByRole("link", { name: /Praça Central/ }).tap();
  await page.waitForFunction(() => document.activeElement.textContent === "Praça Central");
  await page.getByRole("button", { name: "Sobre a sala" }).tap();
  await page.waitForFunction(() => document.activeElement.textContent === "Sobre a sala");
  await page.getByRole("button", { name: "Fechar painel" }).tap();
  await page.waitForFunction(() => document.activeElement.textContent === "Praça Central");
  await page.locator(".msg[id]").last().tap();
  await page.getByRole("button", { name: "Copiar texto" }).waitFor();
  assert.deepEqual(await axe(page), []);
  await shot(page, "menu-phone");
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("the address follows from the first step on, and back leads where one was", async () => {
  const page = await enter("elis", "praca-central");
  const section = (name) => page.getByRole("navigation").getByRole("link", { name: new RegExp(`^${name}`) }).first();
  await section("Mensagens").click();
  await page.waitForURL("**/mensagens");
  await section("Você").click();
  await page.waitForURL("**/perfil");
  await page.goBack();
  await page.waitForURL("**/mensagens");
  await page.goBack();
  await page.waitForURL("**/salas/praca-central");
  await composer(page).waitFor();
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("what is written without a connection leaves once, when it is back", async () => {
  const away = await start("sqlite and local");
  const page = await open(browser, away);
  await logIn(page, "caio", PASSWORD);
  await page.goto(`${away.url}/salas/praca-central`);
  await page.locator(".msg").first().waitFor();
  away.child.kill("SIGKILL");
  await once(away.child, "exit");
  await page.getByText("Sem conexão.").waitFor();
  await composer(page).fill("escrevi no escuro");
  await composer(page).press("Enter");
  await page.locator('.msg[data-state="sending"]', { hasText: "escrevi no escuro" }).waitFor();
  await shot(page, "offline");
  const { PRACA_LISTEN, PRACA_DATA_DIR } = away.env;
  const again = await start("sqlite and local", { PRACA_LISTEN, PRACA_DATA_DIR });
  await page.getByText("Sem conexão.").waitFor({ state: "detached", timeout: 20_000 });
  await page.locator(".msg[id]", { hasText: "escrevi no escuro" }).waitFor();
  assert.equal(await message(page, "escrevi no escuro").count(), 1);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
  await again.stop();
});

test("a page that opens while the server is out of reach says so and goes on by itself", async () => {
  const page = await enter("elis", "praca-central");
  await page.route("**/api/v1/auth/refresh", (route) => route.abort());
  await page.reload();
  await page.getByRole("heading", { name: "Estamos sem conexão" }).waitFor();
  assert.deepEqual(await axe(page), []);
  await page.unroute("**/api/v1/auth/refresh");
  await page.getByRole("button", { name: "Tentar agora" }).click();
  await page.locator(".msg").first().waitFor();
  await page.context().close();
});

test("code of the rooms that does not come is asked for again, and comes early once it is known to be wanted", async () => {
  const page = await open(browser, world);
  const fetched = [];
  page.on("request", (request) => request.url().includes("split_square") && fetched.push(request.url()));
  await page.getByLabel("E-mail ou apelido").waitFor();
  assert.equal(fetched.length, 0, "the log-in page goes without");
  await page.route("**/assets/split_square*", (route) => route.abort());
  await logIn(page, "elis", PASSWORD);
  await page.getByRole("heading", { name: "Estamos sem conexão" }).waitFor();
  await page.unroute("**/assets/split_square*");
  await page.getByRole("button", { name: "Tentar agora" }).click();
  await page.getByRole("link", { name: /Feira Livre/ }).click();
  await page.locator(".log:not([aria-busy])").waitFor();
  // Nothing tries again behind the back of a page that is here.
  await composer(page).fill("metade de uma frase");
  await composer(page).evaluate((area) => (area.dataset.same = "yes"));
  await page.waitForTimeout(6_000);
  assert.equal(await composer(page).getAttribute("data-same"), "yes");

  // From now on it comes with the rest, before the program itself runs.
  await page.reload();
  await page.getByRole("link", { name: /Feira Livre/ }).waitFor();
  assert.equal(await page.locator("head link[rel=preload][href*=split_square]").count(), 1);
  await page.context().close();
});

test("code of the rooms that takes its time is announced, and comes", async () => {
  const page = await open(browser, world);
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route("**/assets/split_square*", (route) => held.then(() => route.continue()));
  await logIn(page, "elis", PASSWORD);
  await page.getByRole("status").getByText("Carregando").waitFor();
  await shot(page, "coming");
  assert.deepEqual(await axe(page), []);
  release();
  await page.getByRole("link", { name: /Feira Livre/ }).waitFor();
  assert.equal(await page.locator(".late").count(), 0);
  await page.context().close();
});

test("a page older than its server begins anew, once, when the code it wants is gone", async () => {
  const page = await open(browser, world);
  await page.getByLabel("E-mail ou apelido").waitFor();
  let loads = 0;
  page.on("load", () => (loads += 1));
  // The server was upgraded since: its files have other names, and the page it gives names those.
  await page.route("**/assets/split_square*", (route) => route.fulfill({ status: 404 }));
  await page.route(`${world.url}/`, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replace(/boot-\w+/, "boot-newer") });
  });
  await logIn(page, "elis", PASSWORD);
  await page.waitForEvent("load");
  await page.getByRole("heading", { name: "Estamos sem conexão" }).waitFor();
  await page.waitForTimeout(6_000);
  assert.equal(loads, 1, "two nodes of different age would keep it busy");
  await page.unroute("**/assets/split_square*");
  await page.getByRole("button", { name: "Tentar agora" }).click();
  await page.getByRole("link", { name: /Feira Livre/ }).waitFor();
  await page.context().close();
});

test("tabs renew their token once between them, before it ends, and go on talking", async () => {
  const first = await open(browser, world);
  await first.clock.install();
  await logIn(first, "bia", PASSWORD);
  const second = await first.context().newPage();
  await second.clock.install();
  await second.goto(`${world.url}/salas/praca-central`);
  await second.locator(".msg").first().waitFor();
  await first.goto(`${world.url}/salas/praca-central`);
  await first.locator(".msg").first().waitFor();
  let renewals = 0;
  first.context().on("request", (request) => (renewals += request.url().endsWith("/auth/refresh") ? 1 : 0));
  const renewed = first.context().waitForEvent("response", (response) => response.url().endsWith("/auth/refresh"));
  await Promise.all([first.clock.fastForward("14:30"), second.clock.fastForward("14:30")]);
  assert.equal((await renewed).status(), 200);
  await first.waitForTimeout(1_000);
  assert.equal(renewals, 1);
  // A quarter of an hour passed at once looks like a lost connection; with the new token it comes back.
  for (const tab of [first, second]) {
    await tab.getByText("Sem conexão.").waitFor({ state: "detached" });
    await composer(tab).fill(`ainda aqui ${tab === first ? 1 : 2}`);
    await composer(tab).press("Enter");
    await message(second, `ainda aqui ${tab === first ? 1 : 2}`).locator("visible=true").first().waitFor();
  }
  await first.context().close();
});

test("signing up says which field is wrong, and goes there", async () => {
  const page = await open(browser, world);
  await page.getByRole("tab", { name: "Criar conta" }).click();
  await page.getByLabel("Como a vizinhança conhece você?").fill("Zuleide");
  await page.getByLabel("Apelido").fill("ana");
  await page.getByLabel("E-mail").fill("zuleide@praca.example");
  await page.getByLabel("Crie uma senha").fill("quintal verde");
  await page.getByText("Ótima.").waitFor();
  await page.getByRole("button", { name: "Criar minha conta" }).click();
  await page.getByText("Este apelido já tem dono").waitFor();
  await page.waitForFunction(() => document.activeElement.id === "c-apelido");
  assert.equal(await page.getByLabel("Apelido").getAttribute("aria-invalid"), "true");
  assert.deepEqual(await axe(page), []);
  await shot(page, "sign-up-refused");
  await page.getByText("English").click();
  await page.getByRole("button", { name: "Create my account" }).waitFor();
  await page.context().close();
});

test("logging in reaches the tabs that wait at the door", async () => {
  const page = await open(browser, world);
  const tab = await page.context().newPage();
  await tab.goto(world.url);
  await tab.getByRole("button", { name: "Entrar na praça" }).waitFor();
  await logIn(page, "caio", PASSWORD);
  await tab.waitForURL(/\/salas/);
  await page.context().close();
});

describe("keeping order", () => {
  test("a room is made, kept quiet, changed and archived", async () => {
    const page = await enter("ana", "praca-central");
    await page.getByRole("button", { name: "Criar sala" }).click();
    await page.getByLabel("Nome da sala").fill("Horta");
    await page.getByLabel("Assunto").fill("Mudas e rega.");
    assert.deepEqual(await axe(page), []);
    await shot(page, "room-form");
    await page.getByRole("dialog").getByRole("button", { name: "Criar sala" }).click();
    await page.waitForURL(/\/salas\/horta$/);
    await page.getByRole("heading", { name: "O banco está livre" }).waitFor();
    await page.getByRole("switch", { name: /Deixar a sala quieta/ }).check();
    await page.getByRole("link", { name: /Horta.*sala quieta/ }).waitFor();
    await page.getByRole("button", { name: "Mudar a sala" }).click();
    await page.getByLabel("Modo lento de cada pessoa, em segundos").fill("99999");
    await page.getByRole("button", { name: "Salvar" }).click();
    await page.getByLabel("Modo lento de cada pessoa, em segundos").fill("30");
    await page.getByRole("button", { name: "Salvar" }).click();
    await page.getByText("Entre duas mensagens suas: 30 s").waitFor();
    await page.getByRole("button", { name: "Silenciar a sala" }).click();
    await page.getByLabel("Motivo").fill("Obra no canteiro.");
    await page.getByRole("dialog").getByRole("button", { name: "Silenciar" }).click();
    await page.getByText("Obra no canteiro.").waitFor();
    await page.getByRole("button", { name: "Abrir a sala para todos" }).click();
    await page.getByText("Obra no canteiro.").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Arquivar a sala" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Arquivar a sala" }).click();
    await page.waitForURL(/\/salas$/);
    assert.equal(await page.getByRole("link", { name: /Horta/ }).count(), 0);
    await page.getByRole("link", { name: /Praça Central/ }).click();
    await page.getByRole("button", { name: /Ações para Elis/ }).click();
    await page.getByRole("button", { name: "Tornar moderação da sala" }).click();
    await page.locator(".person", { hasText: "Elis" }).getByText("moderação").waitFor();
    await page.getByRole("button", { name: /Ações para Elis/ }).click();
    await page.getByRole("button", { name: "Retirar da moderação" }).click();
    await page.locator(".person", { hasText: "Elis" }).getByText("moderação").waitFor({ state: "detached" });
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });

  test("a person is silenced, reads why, and may write again", async () => {
    const bia = await enter("bia", "praca-central");
    const davi = await enter("davi", "praca-central", { size: "phone" });
    await composer(davi).fill("vendo enciclopédia");
    await composer(davi).press("Enter");
    const theirs = message(bia, "vendo enciclopédia");
    await theirs.hover();
    await theirs.getByRole("button", { name: "Mais ações" }).click();
    await bia.getByRole("button", { name: "Silenciar" }).click();
    await bia.getByLabel("Motivo").fill("Propaganda repetida.");
    await bia.getByRole("dialog").getByRole("button", { name: "Silenciar" }).click();
    await bia.locator(".person", { hasText: "Davi" }).getByText("em silêncio").waitFor();
    // The draft comes back, and the page says why.
    await composer(davi).fill("mais uma enciclopédia");
    await composer(davi).press("Enter");
    await davi.getByText("Motivo: Propaganda repetida.").waitFor();
    assert.equal(await message(davi, "mais uma enciclopédia").count(), 0);
    assert.deepEqual(await axe(davi), []);
    await shot(davi, "silenced-phone");
    await bia.getByRole("button", { name: /Ações para Davi/ }).click();
    await bia.getByRole("button", { name: "Liberar a fala" }).click();
    await bia.locator(".person", { hasText: "Davi" }).getByText("em silêncio").waitFor({ state: "detached" });
    await davi.reload();
    await composer(davi).waitFor();
    assert.equal(await composer(davi).inputValue(), "mais uma enciclopédia");
    // Somebody else's message is deleted after a question.
    await theirs.hover();
    await theirs.getByRole("button", { name: "Mais ações" }).click();
    await bia.getByRole("button", { name: "Apagar" }).click();
    await bia.getByRole("dialog").getByRole("button", { name: "Apagar" }).click();
    await message(davi, "vendo enciclopédia").waitFor({ state: "detached" });
    assert.deepEqual([...bia.complaints, ...davi.complaints], []);
    await bia.context().close();
    await davi.context().close();
  });
});

test("a room in no list opens by its address, and is gone once archived", async () => {
  const ana = await session(world, "ana");
  const wish = { name: "Mutirão de sábado", visibility: "unlisted" };
  const made = await api(world, "POST", "/rooms", { token: ana.accessToken, body: wish });
  const page = await enter("caio", "mutirao-de-sabado");
  await page.getByRole("heading", { name: "Mutirão de sábado" }).waitFor();
  await composer(page).fill("levo as pás");
  await composer(page).press("Enter");
  await page.locator(".msg[id]", { hasText: "levo as pás" }).waitFor();
  await api(world, "DELETE", `/rooms/${made.body.id}`, { token: ana.accessToken });
  await page.getByRole("heading", { name: "Não achamos esta sala" }).waitFor();
  assert.equal(await page.getByRole("link", { name: /Mutirão/ }).count(), 0);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("one's name and language go along to every device", async () => {
  const page = await enter("davi", "praca-central");
  await page.goto(`${world.url}/perfil`);
  await page.getByLabel("Nome").fill("Davi das Bicicletas");
  await page.getByRole("button", { name: "Salvar" }).click();
  await page.getByText("Salvo.").waitFor();
  await page.getByText("English").click();
  await page.getByRole("heading", { name: "You", exact: true }).waitFor();
  assert.deepEqual(await axe(page), []);
  await shot(page, "profile-en");
  const other = await open(browser, world);
  await logIn(other, "davi", PASSWORD);
  await other.getByRole("heading", { name: "Rooms" }).first().waitFor({ state: "attached" });
  await other.goto(`${world.url}/salas/praca-central`);
  await other.locator(".person", { hasText: "Davi das Bicicletas" }).waitFor();
  for (const [path, title] of [["/termos", "Terms of use"], ["/regras", "House rules"], ["/privacidade", "Privacy"], ["/aviso-legal", "Legal notice"]]) {
    await other.goto(world.url + path);
    await other.getByRole("heading", { level: 1, name: title }).waitFor();
  }
  await other.goto(`${world.url}/perfil`);
  await other.getByText("Español").click();
  await other.getByRole("heading", { name: "Tú" }).waitFor();
  assert.deepEqual([...page.complaints, ...other.complaints], []);
  await page.context().close();
  await other.context().close();
});

test("empty places say what they are", async () => {
  const page = await enter("elis", "praca-central");
  for (const [path, heading] of [["/salas", "O banco está livre"], ["/salas/nenhuma", "Não achamos esta sala"], ["/nada/aqui", "Não há nada neste endereço"]]) {
    await page.goto(world.url + path);
    await page.getByRole("heading", { name: heading }).waitFor();
    assert.deepEqual(await axe(page), []);
    await shot(page, `empty${path.replaceAll("/", "-")}`);
  }
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});
