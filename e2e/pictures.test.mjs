// Pictures: chosen, pasted and dropped, looked at by the square, shown, opened, described, refused, and one's own.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { axe, launch, logIn, open, shot } from "./browser.mjs";
import { PASSWORD, TWINS, api, start } from "./world.mjs";

const composer = (page) => page.getByRole("textbox", { name: /Mensagem para/ });
const tiles = (page) => page.locator(".upload");
const shown = (page) => page.locator(".msg .attachment img");
const gallery = (page) => page.getByRole("dialog", { name: "Fotos da mensagem" });

/** A drawing as a file, made by the page itself. */
async function drawing(page, name, width, height, hue, type = "image/jpeg") {
  const base64 = await page.evaluate(
    ([width, height, hue, type]) => {
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      const pen = canvas.getContext("2d");
      const sky = pen.createLinearGradient(0, 0, width, height);
      sky.addColorStop(0, `hsl(${hue} 70% 70%)`);
      sky.addColorStop(1, `hsl(${hue + 60} 60% 35%)`);
      pen.fillStyle = sky;
      pen.fillRect(0, 0, width, height);
      pen.fillStyle = "white";
      pen.beginPath();
      pen.arc(width * 0.3, height * 0.35, Math.min(width, height) * 0.16, 0, 7);
      pen.fill();
      return canvas.toDataURL(type, 0.9).split(",")[1];
    },
    [width, height, hue, type],
  );
  return { name, mimeType: type, buffer: Buffer.from(base64, "base64") };
}

async function attach(page, ...files) {
  await page.locator(".composer input[type=file]").setInputFiles(files);
}

/** Once a picture is on the page, whole. */
async function loaded(image) {
  await image.waitFor();
  await image.scrollIntoViewIfNeeded();
  await image.evaluate((image) => image.decode());
  return image.evaluate((image) => [image.naturalWidth, image.naturalHeight]);
}

for (const twin of process.env.PRACA_ONE ? TWINS.slice(0, 1) : TWINS) {
  describe(`pictures on ${twin}`, () => {
    let browser;
    let world;
    let number = 0;
    before(async () => {
      browser = await launch();
      world = await start(twin, { PRACA_LIMIT_DMS: "off" });
    });
    after(async () => {
      await browser.close();
      await world.stop();
    });

    async function newcomer(name, settings = {}) {
      const handle = `${name.toLowerCase()}${++number}p`;
      const body = { email: `${handle}@praca.example`, handle, displayName: `${name} Alves ${number}`, password: PASSWORD };
      const { body: registered } = await api(world, "POST", "/auth/register", { body });
      const page = await open(browser, world, settings);
      await logIn(page, handle, PASSWORD);
      return { handle, name: body.displayName, id: registered.user.id, token: registered.accessToken, page };
    }

    async function close(...people) {
      for (const { page } of people) {
        assert.deepEqual(page.complaints, []);
        await page.context().close();
      }
    }

    test("pictures are chosen, described, looked at, sent, and seen by others", async () => {
      const [rosa, bento] = [await newcomer("Rosa"), await newcomer("Bento", { size: "phone", touch: true, scheme: "dark" })];
      for (const { page } of [rosa, bento]) await page.goto(`${world.url}/salas/praca-central`);
      await composer(rosa.page).waitFor();
      await attach(rosa.page, await drawing(rosa.page, "feira.jpg", 1600, 1200, 30), await drawing(rosa.page, "coreto.png", 900, 1200, 200, "image/png"));
      await rosa.page.locator('.upload[data-state="ready"]').nth(1).waitFor();
      await rosa.page.getByRole("textbox", { name: "Descrição de feira.jpg" }).fill("A feira vista do coreto");
      await shot(rosa.page, "pictures-draft-desktop-light");
      assert.deepEqual(await axe(rosa.page), []);
      await composer(rosa.page).fill("Olhem só");
      await composer(rosa.page).press("Enter");
      assert.deepEqual(await loaded(shown(rosa.page).first()), [320, 240]);
      assert.equal(await tiles(rosa.page).count(), 0);
      await loaded(shown(bento.page).first());
      await shot(bento.page, "pictures-phone-dark");
      // The gallery: by touch here, by keyboard there.
      await bento.page.getByRole("button", { name: /A feira vista do coreto/ }).click();
      await gallery(bento.page).getByText("Foto 1 de 2").waitFor();
      assert.deepEqual(await loaded(gallery(bento.page).locator("img").first()), [1600, 1200]);
      await gallery(bento.page).getByText("A feira vista do coreto").waitFor();
      await shot(bento.page, "gallery-phone-dark");
      await gallery(bento.page).getByRole("button", { name: "Fechar" }).click();
      await rosa.page.getByRole("button", { name: /A feira vista do coreto/ }).press("Enter");
      await gallery(rosa.page).getByText("Foto 1 de 2").waitFor();
      await rosa.page.keyboard.press("ArrowRight");
      await gallery(rosa.page).getByText("Foto 2 de 2").waitFor();
      assert.deepEqual(await axe(rosa.page), []);
      await shot(rosa.page, "gallery-desktop-light");
      await rosa.page.keyboard.press("Escape");
      await gallery(rosa.page).waitFor({ state: "hidden" });
      await close(rosa, bento);
    });

    test("what is sent early leaves with its pictures, and a place does not jump while one loads", async () => {
      const rosa = await newcomer("Rosa");
      await rosa.page.goto(`${world.url}/salas/ajuda`);
      await composer(rosa.page).waitFor();
      await attach(rosa.page, await drawing(rosa.page, "grande.jpg", 4000, 3000, 120));
      await composer(rosa.page).fill("Sai junto");
      await composer(rosa.page).press("Enter");
      await rosa.page.locator(".msg", { hasText: "Sai junto" }).waitFor();
      const box = () => rosa.page.locator(".msg .attachment").first().boundingBox();
      const before = await box();
      await loaded(shown(rosa.page).first());
      const after = await box();
      assert.deepEqual([after.width, after.height], [before.width, before.height]);
      // A reply and the list say that there was a picture.
      await attach(rosa.page, await drawing(rosa.page, "so.jpg", 300, 300, 60));
      await rosa.page.locator('.upload[data-state="ready"]').waitFor();
      await rosa.page.getByRole("button", { name: "Enviar", exact: true }).click();
      await shown(rosa.page).nth(1).waitFor();
      await rosa.page.locator(".list-item", { hasText: "Foto" }).first().waitFor();
      await close(rosa);
    });

    test("pictures are pasted and dropped, and what is none is refused in plain words", async () => {
      const rosa = await newcomer("Rosa");
      await rosa.page.goto(`${world.url}/salas/ajuda`);
      await composer(rosa.page).waitFor();
      await rosa.page.evaluate(async () => {
        const canvas = Object.assign(document.createElement("canvas"), { width: 60, height: 40 });
        const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
        const give = (name) => {
          const data = new DataTransfer();
          data.items.add(new File([blob], name, { type: "image/png" }));
          return data;
        };
        const field = document.getElementById("texto");
        field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: give("colada.png"), bubbles: true, cancelable: true }));
        field.dispatchEvent(new DragEvent("drop", { dataTransfer: give("solta.png"), bubbles: true, cancelable: true }));
      });
      await rosa.page.locator('.upload[data-state="ready"]').nth(1).waitFor();
      await attach(
        rosa.page,
        { name: "pagina.png", mimeType: "image/png", buffer: Buffer.from("<!doctype html><script>alert(1)</script>") },
        { name: "desenho.svg", mimeType: "image/svg+xml", buffer: Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>") },
      );
      await rosa.page.getByText("Isto não é uma foto que sabemos abrir").nth(1).waitFor();
      assert.equal(await tiles(rosa.page).count(), 4);
      assert.deepEqual(await axe(rosa.page), []);
      await shot(rosa.page, "pictures-refused-desktop-light");
      for (const name of ["Remover pagina.png", "Remover desenho.svg"]) await rosa.page.getByRole("button", { name }).click();
      await rosa.page.getByRole("button", { name: "Enviar", exact: true }).click();
      await shown(rosa.page).nth(1).waitFor();
      rosa.page.complaints = rosa.page.complaints.filter((said) => !/422/.test(said));
      await close(rosa);
    });

    test("between two people pictures open for both, and go with their message", async () => {
      const [rosa, bento] = [await newcomer("Rosa"), await newcomer("Bento")];
      const { body } = await api(world, "PUT", `/dms/with/${bento.id}`, { token: rosa.token });
      await api(world, "PUT", `/dms/${body.id}/acceptance`, { token: bento.token });
      await rosa.page.goto(`${world.url}/mensagens/${bento.handle}`);
      await bento.page.goto(`${world.url}/mensagens/${rosa.handle}`);
      await composer(rosa.page).waitFor();
      await attach(rosa.page, await drawing(rosa.page, "segredo.jpg", 800, 600, 300));
      await rosa.page.locator('.upload[data-state="ready"]').waitFor();
      await rosa.page.getByRole("button", { name: "Enviar", exact: true }).click();
      for (const { page } of [rosa, bento]) assert.deepEqual(await loaded(shown(page).first()), [800, 600]);
      const [hers, his] = await Promise.all([rosa, bento].map(({ page }) => shown(page).first().getAttribute("src")));
      assert.notEqual(hers, his);
      await bento.page.reload();
      await loaded(shown(bento.page).first());
      await shot(bento.page, "pictures-dm-desktop-light");
      await rosa.page.locator(".msg", { has: rosa.page.locator(".attachment") }).hover();
      await rosa.page.locator(".msg", { has: rosa.page.locator(".attachment") }).getByRole("button", { name: "Mais ações" }).click();
      await rosa.page.locator(".menu:popover-open").getByRole("button", { name: "Apagar" }).click();
      await rosa.page.getByRole("dialog").getByRole("button", { name: "Apagar" }).click();
      await shown(bento.page).waitFor({ state: "detached" });
      await close(rosa, bento);
    });

    test("one's own picture is framed, used everywhere, and taken away", async () => {
      const [rosa, bento] = [await newcomer("Rosa"), await newcomer("Bento")];
      await rosa.page.goto(`${world.url}/perfil`);
      const input = rosa.page.locator(".portrait input[type=file]");
      await input.setInputFiles(await drawing(rosa.page, "eu.jpg", 900, 1200, 10));
      const frame = rosa.page.getByRole("dialog", { name: "Sua foto" });
      await frame.getByRole("slider").fill("1.5");
      const canvas = frame.locator("canvas");
      await canvas.focus();
      await rosa.page.keyboard.press("ArrowDown");
      const box = await canvas.boundingBox();
      await rosa.page.mouse.move(box.x + 100, box.y + 100);
      await rosa.page.mouse.down();
      await rosa.page.mouse.move(box.x + 130, box.y + 90, { steps: 4 });
      await rosa.page.mouse.up();
      assert.deepEqual(await axe(rosa.page), []);
      await shot(rosa.page, "portrait-desktop-light");
      await frame.getByRole("button", { name: "Usar esta foto" }).click();
      await frame.waitFor({ state: "hidden" });
      assert.deepEqual(await loaded(rosa.page.locator(".portrait .avatar img")), [320, 320]);
      await rosa.page.goto(`${world.url}/salas/feira-livre`);
      await composer(rosa.page).fill("com rosto");
      await composer(rosa.page).press("Enter");
      await bento.page.goto(`${world.url}/salas/feira-livre`);
      await loaded(bento.page.locator(".group", { hasText: "com rosto" }).locator(".avatar img"));
      await rosa.page.goto(`${world.url}/perfil`);
      await rosa.page.getByRole("button", { name: "Tirar foto" }).click();
      await rosa.page.locator(".portrait .avatar img").waitFor({ state: "detached" });
      await close(rosa, bento);
    });
  });
}
