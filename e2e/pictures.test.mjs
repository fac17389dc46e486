// Pictures: chosen, pasted and dropped, looked at by the square, shown, opened, described, refused, and one's own.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, shot } from "./browser.mjs";
import { attach, drawing, gallery, loaded, pixels, shown, tiles } from "./drawings.mjs";
import { composer, onBothTwins } from "./residents.mjs";

onBothTwins("pictures", { PRACA_LIMIT_DMS: "off" }, (square) => {
  test("pictures are chosen, described, looked at, sent, and seen by others", async () => {
    const [rosa, bento] = [await square.newcomer("Rosa"), await square.newcomer("Bento", { size: "phone", touch: true, scheme: "dark" })];
    for (const { page } of [rosa, bento]) await page.goto(`${square.world.url}/salas/praca-central`);
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
    await square.close(rosa, bento);
  });

  test("what is sent early leaves with its pictures, and a place does not jump while one loads", async () => {
    const rosa = await square.newcomer("Rosa");
    await rosa.page.goto(`${square.world.url}/salas/ajuda`);
    await composer(rosa.page).waitFor();
    let show;
    const showing = new Promise((resolve) => (show = resolve));
    await rosa.page.route(/\/media\//, async (route) => {
      await showing;
      await route.continue();
    });
    await attach(rosa.page, await drawing(rosa.page, "grande.jpg", 4000, 3000, 120));
    await composer(rosa.page).fill("Sai junto");
    await composer(rosa.page).press("Enter");
    await rosa.page.locator(".msg", { hasText: "Sai junto" }).waitFor();
    const box = () => rosa.page.locator(".msg .attachment").first().boundingBox();
    const before = await box();
    // A blur of it stands there meanwhile.
    const blur = rosa.page.locator(".msg .picture-blur").first();
    const painted = await blur.evaluate((canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte > 0 && byte < 255));
    assert.ok((await blur.isVisible()) && painted);
    show();
    await loaded(shown(rosa.page).first());
    await blur.waitFor({ state: "hidden" });
    const after = await box();
    assert.deepEqual([after.width, after.height], [before.width, before.height]);
    // A reply and the list say that there was a picture.
    await attach(rosa.page, await drawing(rosa.page, "so.jpg", 300, 300, 60));
    await rosa.page.locator('.upload[data-state="ready"]').waitFor();
    await rosa.page.getByRole("button", { name: "Enviar", exact: true }).click();
    await shown(rosa.page).nth(1).waitFor();
    await rosa.page.locator(".list-item", { hasText: "Foto" }).first().waitFor();
    await square.close(rosa);
  });

  test("pictures are pasted and dropped, and what is none is refused in plain words", async () => {
    const rosa = await square.newcomer("Rosa");
    await rosa.page.goto(`${square.world.url}/salas/ajuda`);
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
      // Anywhere on the page.
      const log = document.querySelector(".log");
      for (const kind of ["dragover", "drop"]) {
        const event = new DragEvent(kind, { dataTransfer: give("solta.png"), bubbles: true, cancelable: true });
        if (log.dispatchEvent(event)) throw new Error(`${kind} was left to the browser`);
      }
    });
    await rosa.page.locator('.upload[data-state="ready"]').nth(1).waitFor();
    await attach(
      rosa.page,
      { name: "pagina.png", mimeType: "image/png", buffer: Buffer.from("<!doctype html><script>alert(1)</script>") },
      { name: "desenho.svg", mimeType: "image/svg+xml", buffer: Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>") },
    );
    await rosa.page.getByText("Isso não é uma foto que sabemos abrir").nth(1).waitFor();
    assert.equal(await tiles(rosa.page).count(), 4);
    assert.deepEqual(await axe(rosa.page), []);
    await shot(rosa.page, "pictures-refused-desktop-light");
    for (const name of ["Remover pagina.png", "Remover desenho.svg"]) await rosa.page.getByRole("button", { name }).click();
    await rosa.page.getByRole("button", { name: "Enviar", exact: true }).click();
    await shown(rosa.page).nth(1).waitFor();
    rosa.page.complaints = rosa.page.complaints.filter((said) => !/422/.test(said));
    await square.close(rosa);
  });

  test("between two people pictures open for both, and go with their message", async () => {
    const [rosa, bento] = [await square.newcomer("Rosa"), await square.newcomer("Bento")];
    await square.talk(rosa, bento);
    await rosa.page.goto(`${square.world.url}/mensagens/${bento.handle}`);
    await bento.page.goto(`${square.world.url}/mensagens/${rosa.handle}`);
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
    await square.close(rosa, bento);
  });

  test("one's own picture is framed, used everywhere, and taken away", async () => {
    const [rosa, bento] = [await square.newcomer("Rosa"), await square.newcomer("Bento")];
    await rosa.page.goto(`${square.world.url}/perfil`);
    const input = rosa.page.locator(".portrait input[type=file]");
    await input.setInputFiles(await drawing(rosa.page, "eu.jpg", 900, 1200, 10));
    const frame = rosa.page.getByRole("dialog", { name: "Sua foto" });
    await frame.getByRole("slider").fill("2.5");
    const canvas = frame.locator("canvas");
    const unmoved = await pixels(canvas);
    await canvas.focus();
    await rosa.page.keyboard.press("ArrowDown");
    const box = await canvas.boundingBox();
    await rosa.page.mouse.move(box.x + 100, box.y + 100);
    await rosa.page.mouse.down();
    await rosa.page.mouse.move(box.x + 130, box.y + 90, { steps: 4 });
    await rosa.page.mouse.up();
    assert.deepEqual(await axe(rosa.page), []);
    await shot(rosa.page, "portrait-desktop-light");
    const framed = await pixels(canvas);
    assert.notDeepEqual(framed, unmoved, "the picture is moved in its frame");
    await frame.getByRole("button", { name: "Usar esta foto" }).click();
    await frame.waitFor({ state: "hidden" });
    const portrait = rosa.page.locator(".portrait .avatar img");
    assert.deepEqual(await loaded(portrait), [320, 320]);
    // What was in the frame is what is seen: near, and moved.
    const seen = await pixels(portrait);
    const off = (one) => seen.reduce((sum, value, at) => sum + Math.abs(value - one[at]), 0) / seen.length;
    assert.ok(off(framed) < 8 && off(framed) * 2 < off(unmoved), `${off(framed)} of 255 off, ${off(unmoved)} from what was not framed`);
    await rosa.page.goto(`${square.world.url}/salas/feira-livre`);
    await composer(rosa.page).fill("com rosto");
    await composer(rosa.page).press("Enter");
    await bento.page.goto(`${square.world.url}/salas/feira-livre`);
    await loaded(bento.page.locator(".group", { hasText: "com rosto" }).locator(".avatar img"));
    await rosa.page.goto(`${square.world.url}/perfil`);
    await rosa.page.getByRole("button", { name: "Tirar foto" }).click();
    await rosa.page.locator(".portrait .avatar img").waitFor({ state: "detached" });
    await square.close(rosa, bento);
  });
});
