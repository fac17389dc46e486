// People of a test in browsers of their own: they sign up, agree to talk, write, and go.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { launch, logIn, open } from "./browser.mjs";
import { PASSWORD, TWINS, api, logIn as session, start, startMail, startStore } from "./world.mjs";

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

/** Asks until there is an answer. */
export async function until(ask) {
  for (const end = Date.now() + 15_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const answer = await ask();
    if (answer) return answer;
  }
  assert.fail(`never: ${ask}`);
}

/** What was written to an address, of one kind, the newest first: from the outbox that administrators read. */
export async function written(square, to, template) {
  const ana = await session(square.world, "ana");
  const { body } = await api(square.world, "GET", "/admin/mail", { token: ana.accessToken });
  return body.items.filter((mail) => mail.to === to && mail.template === template);
}

/** The newest mail of a kind to an address, once there is one. */
export const outbox = (square, to, template) => until(async () => (await written(square, to, template))[0]);

/** The link of a mail that proves its reader. */
export const linkIn = (mail) => mail.text.match(/https?:\S+\?token=\S+/)[0];

/**
 * Runs the same tests on both twins, each with a program and a browser of its own.
 * `tests` is given the square: `newcomer`, `tab`, `talk`, `close`, its `world` and numbers nobody else got. With `store` its
 * files are in an object store, with `mail` it has a mail server, with `named` its address has a name, with `clock` its clock
 * moves on by `world.pass`.
 */
export function onBothTwins(subject, settings, tests, parts = {}) {
  for (const twin of TWINS) {
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

  async open(twin, settings, { store = false, mail = false, ...world }) {
    this.#browser = await launch();
    this.store = store ? await startStore() : null;
    this.mail = mail ? await startMail() : null;
    this.world = await start(twin, { ...settings, ...this.store?.settings, ...this.mail?.settings }, world);
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
    const { status, body: entered } = await api(this.world, "POST", "/auth/register", { body });
    assert.equal(status, this.mail ? 202 : 201);
    if (this.mail) await this.prove({ handle });
    const { user, accessToken } = entered ?? (await session(this.world, handle));
    const page = await this.tab(handle, settings);
    return { handle, name: body.displayName, id: user.id, token: accessToken, page };
  }

  /** What the mail server took for somebody, the oldest first. */
  mails({ handle }) {
    return this.mail.mails().filter((mail) => mail.to.includes(`${handle}@praca.example`));
  }

  /** Somebody proves their address by the mail they got. */
  async prove({ handle }) {
    const mail = await (this.mail ? until(() => this.mails({ handle })[0]) : outbox(this, `${handle}@praca.example`, "verify_email"));
    const token = new URL(linkIn(mail)).searchParams.get("token");
    const { status } = await api(this.world, "POST", "/auth/email/verify", { body: { token } });
    assert.equal(status, 204);
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
