// People of a test in browsers of their own: they sign up, agree to talk, write, and go.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { launch, logIn, open } from "./browser.mjs";
import { PASSWORD, TWINS, api, start, startMail, startStore } from "./world.mjs";

export const composer = (page) => page.getByRole("textbox", { name: /Mensagem para/ });
export const message = (page, text) => page.locator(".msg", { hasText: text });
export const item = (page, name) => page.locator(".list-item", { hasText: name });
export const dialog = (page) => page.getByRole("dialog");

/** Writes a message and waits for it to stand in the log. */
export async function write(page, text) {
  await composer(page).fill(text);
  await composer(page).press("Enter");
  await message(page, text).waitFor();
}

/**
 * Runs the same tests on both twins (on the first alone with `PRACA_ONE`), each with a program and a browser of its own.
 * `tests` is given the square: `newcomer`, `tab`, `talk`, `close`, its `world` and numbers nobody else got. With `store` its
 * files are in an object store, with `mail` it has a mail server, with `named` its address has a name.
 */
export function onBothTwins(subject, settings, tests, parts = {}) {
  for (const twin of process.env.PRACA_ONE ? TWINS.slice(0, 1) : TWINS) {
    describe(`${subject} on ${twin}`, () => {
      const square = new Square();
      before(() => square.open(twin, settings, parts));
      after(() => square.shut());
      tests(square);
    });
  }
}

class Square {
  #browser;
  #given = 0;

  async open(twin, settings, { store = false, mail = false, named = false }) {
    this.#browser = await launch();
    this.store = store ? await startStore() : null;
    this.mail = mail ? await startMail() : null;
    this.world = await start(twin, { ...settings, ...this.store?.settings, ...this.mail?.settings }, { named });
  }

  async shut() {
    await this.#browser.close();
    await this.world.stop();
    this.store?.stop();
    this.mail?.stop();
  }

  /** A page nobody is logged in on. */
  async stranger(settings = {}) {
    return open(this.#browser, this.world, settings);
  }

  /** A number for a name or a nonce that nobody else has. */
  number() {
    return ++this.#given;
  }

  /** Somebody new in their own browser. */
  async newcomer(name, settings = {}) {
    const number = this.number();
    const handle = `${name.normalize("NFD").replace(/[^a-z]/gi, "").toLowerCase()}${number}x`;
    const { body: rules } = await api(this.world, "GET", "/auth/registration");
    const body = { acceptedTexts: rules.textsVersion, email: `${handle}@praca.example`, handle, displayName: `${name} da Silva ${number}`, password: PASSWORD };
    const { status, body: registered } = await api(this.world, "POST", "/auth/register", { body });
    assert.equal(status, 201);
    const page = await this.tab(handle, settings);
    return { handle, name: body.displayName, id: registered.user.id, token: registered.accessToken, page };
  }

  /** Another browser of somebody's. */
  async tab(handle, settings = {}) {
    const page = await open(this.#browser, this.world, settings);
    await logIn(page, handle, PASSWORD);
    return page;
  }

  /** A conversation both agreed to. */
  async talk(one, two) {
    const { body } = await api(this.world, "PUT", `/dms/with/${two.id}`, { token: one.token });
    await api(this.world, "PUT", `/dms/${body.id}/acceptance`, { token: two.token });
    return body.id;
  }

  /** They go, and their browsers complained of nothing. */
  async close(...people) {
    for (const { page } of people) {
      assert.deepEqual(page.complaints, []);
      await page.context().close();
    }
  }
}
