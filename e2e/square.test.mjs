// People in the square, in real browsers, against the real program.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { axe, launch, logIn, open, shot } from "./browser.mjs";
import { PASSWORD, TWINS, api, logIn as session, start } from "./world.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const composer = (page) => page.getByRole("textbox", { name: /Mensagem para/ });
const say = async (page, text) => {
  await composer(page).fill(text);
  await composer(page).press("Enter");
};
const message = (page, text) => page.locator(".msg", { hasText: text });

for (const twin of TWINS) {
  describe(twin, () => {
    let world;
    before(async () => {
      world = await start(twin);
    });
    after(() => world.stop());

    test("a newcomer registers, talks, waits for slow mode, and is suspended", async () => {
      const page = await open(browser, world);
      await page.getByRole("tab", { name: "Criar conta" }).click();
      await page.getByLabel("Como a vizinhança conhece você?").fill("Dalva Siqueira");
      await page.getByLabel("Apelido").fill("dalva");
      await page.getByLabel("E-mail").fill("dalva@praca.example");
      await page.getByLabel("Crie uma senha").fill("quintal verde e manso");
      await page.getByLabel(/Li e aceito as regras/).check();
      await page.getByRole("button", { name: "Criar minha conta" }).click();
      await page.waitForURL(/\/salas/);

      const other = await open(browser, world);
      await logIn(other, "elis", PASSWORD);
      await other.goto(`${world.url}/salas/feira-livre`);
      await other.locator(".msg").first().waitFor();

      await page.getByRole("link", { name: /Feira Livre/ }).click();
      await page.locator(".msg").first().waitFor();
      await say(page, "Cheguei na *banca 3*!");
      await message(other, "Cheguei na banca 3!").waitFor();
      assert.equal(await message(other, "Cheguei na banca 3!").locator("strong").innerText(), "banca 3");

      // The room's own clock holds the other one back as well.
      await other.locator(".slow [data-left]").waitFor();
      // Blocked: the countdown is shown, the draft stays, also through a reload.
      await page.locator(".slow [data-left]").waitFor();
      await say(page, "e já tenho outra coisa");
      assert.equal(await composer(page).inputValue(), "e já tenho outra coisa");
      await page.reload();
      await page.locator(".slow [data-left]").waitFor();
      assert.equal(await composer(page).inputValue(), "e já tenho outra coisa");
      await shot(page, `slow-${twin}`);
      await page.locator(".slow").waitFor({ state: "detached", timeout: 20_000 });
      await composer(page).press("Enter");
      await message(other, "e já tenho outra coisa").waitFor();

      // Edit, reply, react, seen by both.
      const mine = message(page, "e já tenho outra coisa");
      await mine.hover();
      await mine.getByRole("button", { name: "Mais ações" }).click();
      await page.getByRole("button", { name: "Editar" }).click();
      await composer(page).fill("e já tenho morango");
      await composer(page).press("Enter");
      await message(other, "e já tenho morango").getByText("editada").waitFor();
      const theirs = message(other, "e já tenho morango");
      await theirs.hover();
      await theirs.getByRole("button", { name: "Mais ações" }).click();
      await other.getByRole("button", { name: "👍" }).first().click();
      await message(page, "e já tenho morango").getByRole("button", { name: "👍: 1" }).waitFor();
      // The room's own clock runs for everybody: the other one waits for it too.
      await other.locator(".slow").waitFor({ state: "detached", timeout: 20_000 });
      await theirs.hover();
      await theirs.getByRole("button", { name: "Responder" }).first().click();
      await say(other, "guarda dois quilos");
      await message(page, "guarda dois quilos").locator(".reply", { hasText: "e já tenho morango" }).waitFor();
      await page.reload();
      await message(page, "guarda dois quilos").waitFor();
      assert.equal(await message(page, "e já tenho morango").count(), 2);

      const ana = await session(world, "ana");
      const people = await api(world, "GET", "/admin/users?query=dalva", { token: ana.accessToken });
      const change = { status: "suspended", reason: "Teste da praça." };
      await api(world, "PATCH", `/admin/users/${people.body.items[0].id}`, { token: ana.accessToken, body: change });
      await page.getByRole("heading", { name: "Sua conta está suspensa" }).waitFor();
      await page.getByText("Teste da praça.").waitFor();

      assert.deepEqual(page.complaints, []);
      assert.deepEqual(other.complaints, []);
      await page.context().close();
      await other.context().close();
    });
  });
}

describe("every page", () => {
  let world;
  before(async () => {
    world = await start("sqlite and local");
  });
  after(() => world.stop());

  for (const [size, scheme] of [["desktop", "light"], ["desktop", "dark"], ["tablet", "light"], ["phone", "light"], ["phone", "dark"]]) {
    test(`is sound on a ${size}, ${scheme}`, async () => {
      const page = await open(browser, world, { size, scheme });
      await page.getByRole("button", { name: "Entrar na praça" }).waitFor();
      assert.deepEqual(await axe(page), []);
      await shot(page, `login-${size}-${scheme}`);
      await page.getByRole("tab", { name: "Criar conta" }).click();
      assert.deepEqual(await axe(page), []);
      await page.getByRole("tab", { name: "Entrar" }).click();
      await logIn(page, "caio", PASSWORD);
      await page.getByRole("link", { name: /Praça Central/ }).waitFor();
      assert.deepEqual(await axe(page), []);
      await shot(page, `rooms-${size}-${scheme}`);
      await page.getByRole("link", { name: /Praça Central/ }).click();
      await page.locator(".msg").first().waitFor();
      assert.deepEqual(await axe(page), []);
      await shot(page, `chat-${size}-${scheme}`);
      for (const [path, name] of [["/perfil", "profile"], ["/aviso-legal", "legal"]]) {
        await page.goto(world.url + path);
        await page.getByRole("heading", { level: 1 }).waitFor();
        await page.waitForTimeout(300);
        assert.deepEqual(await axe(page), []);
        await shot(page, `${name}-${size}-${scheme}`);
      }
      assert.deepEqual(page.complaints, []);
      await page.context().close();
    });
  }

  test("logging out reaches every tab", async () => {
    const page = await open(browser, world);
    await logIn(page, "bia", PASSWORD);
    const tab = await page.context().newPage();
    await tab.goto(`${world.url}/salas`);
    await tab.getByRole("link", { name: /Praça Central/ }).waitFor();
    await page.goto(`${world.url}/perfil`);
    await page.getByRole("button", { name: "Sair", exact: true }).click();
    await page.waitForURL(/\/entrar/);
    await tab.waitForURL(/\/entrar/);
    await page.context().close();
  });

  test("the API's own page works under the policy", async () => {
    const page = await open(browser, world, { path: "/api/docs/" });
    await page.getByText("send_message").or(page.getByText("/api/v1/rooms/{id}/messages").first()).first().waitFor();
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });
});
