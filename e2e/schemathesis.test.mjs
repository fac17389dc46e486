// Schemathesis reads the program's own document and asks for everything in it, as nobody, as a person and as an administrator:
// the program does what its document says, and never fails.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { PASSWORD, TWINS, api, logIn, room, start } from "./world.mjs";

const OTHER = "ipê florido no largo";
// Four grey pixels.
const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR42mNwaGBwaAAABEYBgZbEhBkAAAAASUVORK5CYII=", "base64");
const FILE = { purpose: "message", fileName: "a.png", contentType: "image/png", bytes: PNG.length };
const AD = {
  kind: "sale", title: "Sofá de dois lugares", description: "Verde, firme, sem manchas.", price: { centavos: 62000, currency: "BRL" },
  category: "moveis", state: "SP", city: "São Paulo", condition: "used",
};
const KEYS = { p256dh: "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU", auth: "AAAAAAAAAAAAAAAAAAAAAA" };
const beside = (name) => fileURLToPath(new URL(name, import.meta.url));

let world, folder;
let given = 0;
const number = () => ++given;

// Each request says that it comes from elsewhere, as a proxy would: or failed log-ins would slow all that follow.
const SETTINGS = { PRACA_TRUSTED_PROXIES: "127.0.0.1/32", PRACA_LIMIT_DMS: "off", PRACA_LIMIT_UPLOADS: "off", PRACA_LIMIT_ADS: "off", PRACA_PUSH_HOSTS: "push.invalid" };

async function done(token, method, path, body) {
  const answer = await api(world, method, path, { token, body });
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Asks until there is an answer. */
async function until(ask) {
  for (const end = Date.now() + 15_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const answer = await ask();
    if (answer) return answer;
  }
  assert.fail(`never: ${ask}`);
}

/** A picture that is ready to be used. */
async function picture(token, purpose = "message") {
  const { id, put } = await done(token, "POST", "/uploads", { ...FILE, purpose });
  assert.equal((await fetch(put.url, { method: "PUT", headers: put.headers, body: PNG })).status, 204);
  await done(token, "POST", `/uploads/${id}/complete`);
  await until(async () => (await done(token, "GET", `/uploads/${id}`)).status === "ready");
  return id;
}

/** What the link of somebody's mail carries, from the outbox that administrators read. */
async function mailed(token, template, to) {
  const mail = await until(async () => (await done(token, "GET", "/admin/mail")).items.find((mail) => mail.template === template && mail.to === to));
  return mail.text.match(/\?token=(\S+)/)[1];
}

/** What is there for somebody, by the beginning of a path or by operation, and bodies that are taken. */
async function known(login) {
  const [me, ana, bia, davi, elis] = await Promise.all([login, "ana", "bia", "davi", "elis"].map((name) => logIn(world, name)));
  const token = me.accessToken;
  const central = (await room(world, token, "praca-central")).id;
  const several = async (count, make) => Promise.all(Array.from({ length: count }, make));
  const say = (place, more) => done(token, "POST", `${place}/messages`, { body: "ensaio", nonce: `known-${number()}`, ...more });
  const said = async (place) => (await several(4, () => say(place))).map(({ id }) => id);

  const dm = (await done(token, "PUT", `/dms/with/${bia.user.id}`)).id;
  await api(world, "PUT", `/dms/${dm}/acceptance`, { token: bia.accessToken });
  const asked = [];
  for (const { accessToken } of [davi, elis]) {
    const { id } = await done(accessToken, "PUT", `/dms/with/${me.user.id}`);
    await api(world, "POST", `/dms/${id}/messages`, { token: accessToken, body: { body: "Posso?", nonce: `known-${number()}` } });
    asked.push(id);
  }
  const shown = await say(`/dms/${dm}`, { attachmentIds: [await picture(token)] });
  const signed = new URL(shown.attachments[0].variants.thumb.url, world.url);
  const [upload, name] = signed.pathname.split("/").slice(3);
  const { avatarUrl } = await done(token, "PATCH", "/me", { avatarUploadId: await picture(token, "avatar") });
  const [album, file] = avatarUrl.split("/").slice(2);
  const announced = await done(token, "POST", "/uploads", FILE);
  const spare = await done(ana.accessToken, "POST", "/rooms", { name: `Sala ${number()}` });
  const sessions = await several(4, () => logIn(world, login));
  const others = (await done(token, "GET", "/auth/sessions")).items.filter(({ current }) => !current);
  const newcomer = `gil${number()}@praca.example`;
  await done(null, "POST", "/auth/register", { email: newcomer, handle: `gil${given}`, displayName: "Gil", password: OTHER });
  await done(null, "POST", "/auth/password/forgot", { email: newcomer });
  const message = { body: "ensaio", nonce: "made-up" };
  const pending = async () => (await done(token, "POST", "/ads", AD)).id;
  const onDisplay = async () => (await done(ana.accessToken, "POST", `/ads/${await pending()}/approve`)).id;
  return {
    places: {
      "/api/v1/rooms/{id}": { id: [central], message_id: await said(`/rooms/${central}`), user_id: [davi.user.id], emoji: ["👍"] },
      "/api/v1/dms/{id}": { id: [dm], message_id: await said(`/dms/${dm}`), emoji: ["👍"] },
      "/api/v1/dms/with/": { user_id: [bia.user.id] },
      "/api/v1/uploads/{id}": { id: [announced.id, ...(await several(2, () => picture(token)))] },
      "/api/v1/users/": { handle: ["bia"] },
      "/api/v1/me/blocks/": { user_id: [elis.user.id] },
      "/api/v1/admin/users/": { id: [elis.user.id] },
      "/media/private/": { upload: [upload], name: [name], for: [me.user.id], until: [Number(signed.searchParams.get("until"))], signature: [signed.searchParams.get("signature")] },
      "/media/{folder}": { folder: [album], name: [file] },
      "/texts/": { name: ["rules.pt-BR.txt"] },
      accept_dm: { id: [asked[0]] },
      refuse_dm: { id: [asked[1]] },
      archive_room: { id: [spare.id] },
      "/api/v1/ads/{id}": { id: await several(3, onDisplay) },
      "/api/v1/states/": { code: ["SP"] },
      approve_ad: { id: [await pending()] },
      reject_ad: { id: [await pending()] },
      end_session: { id: others.slice(-2).map(({ id }) => id) },
    },
    bodies: {
      register: [{ email: `nova${number()}@praca.example`, handle: `nova${given}`, displayName: "Nova", password: OTHER }],
      verify_email: [{ token: await mailed(ana.accessToken, "verify_email", newcomer) }],
      reset_password: [{ token: await mailed(ana.accessToken, "reset_password", newcomer), password: PASSWORD }],
      log_in: [{ login: "elis", password: PASSWORD }],
      refresh: sessions.slice(0, 2).map(({ refreshToken }) => ({ refreshToken })),
      log_out: [{ refreshToken: sessions[2].refreshToken }],
      reauthenticate: [{ password: PASSWORD }],
      change_email: [{ email: "outra@praca.example" }],
      subscribe_device: [{ endpoint: "https://push.invalid/a", keys: KEYS }],
      send_message: [message],
      send_dm: [message],
      announce_upload: [FILE],
      create_room: [{ name: "Outra sala" }],
      silence_room: [{ reason: "Ensaio." }],
      silence_member: [{ reason: "Ensaio." }],
      create_invite: [{ uses: 2, days: 7 }],
      create_ad: [AD],
      update_ad: [{ version: 3, quantity: 2 }],
      reject_ad: [{ reason: "Ensaio." }],
      suspend_ad: [{ reason: "Ensaio." }],
      refuse_ad_change: [{ reason: "Ensaio." }],
      update_user: [{ role: "moderator", reason: "Ensaio." }],
    },
  };
}

/** Asks for everything as this person, or, without a name, as nobody. */
async function judge(name) {
  const place = join(folder, `${name ?? "nobody"}.json`);
  const login = name ? { login: name, password: PASSWORD } : null;
  writeFileSync(place, JSON.stringify({ url: world.url, login, ...(await known(name ?? "caio")) }));
  const phases = name ? "examples,coverage,fuzzing,stateful" : "examples,coverage,fuzzing";
  const command = ["-m", "schemathesis.cli", "--no-color", "--config-file", beside("schemathesis.toml"), "run", `${world.url}/api/openapi.json`, "--phases", phases];
  const env = { ...process.env, PRACA_KNOWN: place, SCHEMATHESIS_HOOKS: beside("schemathesis_hooks.py") };
  const judge = spawn(process.env.PYTHON ?? "python3", command, { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
  const said = [];
  judge.stdout.on("data", (part) => said.push(part));
  const [code] = await once(judge, "close");
  assert.equal(code, 0, Buffer.concat(said).toString());
}

for (const twin of TWINS) {
  describe(twin, () => {
    before(async () => {
      world = await start(twin, SETTINGS, { named: true });
      folder = mkdtempSync(join(tmpdir(), "praca-schemathesis-"));
    });
    after(async () => {
      await world.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    test("nobody is answered as the document says", () => judge(null));
    test("a person is answered as the document says", () => judge("caio"));
    test("an administrator is answered as the document says", () => judge("ana"));
  });
}
