// Pictures in an object store: the browser sends to it by itself, as its policy allows, and sees them through the square.
import assert from "node:assert/strict";
import { test } from "node:test";
import { attach, drawing, loaded, shown } from "./drawings.mjs";
import { composer, onBothTwins } from "./residents.mjs";

onBothTwins(
  "pictures in a store",
  { PRACA_LIMIT_DMS: "off" },
  (square) => {
    test("what is chosen goes to the store alone, and is shown from here", async () => {
      const [rosa, bento] = [await square.newcomer("Rosa"), await square.newcomer("Bento")];
      const store = square.store.settings.PRACA_S3_ENDPOINT;
      const sent = [];
      rosa.page.on("request", (request) => request.method() === "PUT" && sent.push(new URL(request.url()).origin));
      await square.talk(rosa, bento);
      await rosa.page.goto(`${square.world.url}/mensagens/${bento.handle}`);
      await bento.page.goto(`${square.world.url}/mensagens/${rosa.handle}`);
      await composer(rosa.page).waitFor();
      await attach(rosa.page, await drawing(rosa.page, "coreto.jpg", 1600, 1200, 30));
      await rosa.page.locator('.upload[data-state="ready"]').waitFor();
      await rosa.page.getByRole("button", { name: "Enviar", exact: true }).click();
      for (const { page } of [rosa, bento]) assert.deepEqual(await loaded(shown(page).first()), [1024, 768]);
      assert.deepEqual(sent, [store]);
      await rosa.page.goto(`${square.world.url}/perfil`);
      await rosa.page.locator(".portrait input[type=file]").setInputFiles(await drawing(rosa.page, "eu.jpg", 900, 1200, 10));
      const frame = rosa.page.getByRole("dialog", { name: "Sua foto" });
      await frame.getByRole("button", { name: "Usar esta foto" }).click();
      await frame.waitFor({ state: "hidden" });
      assert.deepEqual(await loaded(rosa.page.locator(".portrait .avatar img")), [320, 320]);
      assert.deepEqual(sent, [store, store]);
      await square.close(rosa, bento);
    });
  },
  { store: true },
);
