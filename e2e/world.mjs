// A running Praça for a test, on one of the twins, and people in it.
import { spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export const PASSWORD = "praca-demo-2026";
/** What the tests run on: the first alone with `PRACA_ONE`. */
export const TWINS = ["sqlite and local", "postgres and redis"].slice(0, process.env.PRACA_ONE ? 1 : 2);

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the tests with \`cargo xtask test\``);
  return value;
}

/** Makes a database of its own on the throw-away server, with the client the program itself brings: `psql`. */
async function freshDatabase() {
  const url = new URL(required("PRACA_TEST_POSTGRES_URL"));
  const name = `e2e_${randomUUID().replaceAll("-", "")}`;
  await new Promise((resolve, reject) => {
    const psql = spawn("psql", ["-q", url.href, "-c", `CREATE DATABASE ${name}`], { stdio: ["ignore", "ignore", "inherit"] });
    psql.on("error", reject);
    psql.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`psql ended with ${code}`))));
  });
  url.pathname = `/${name}`;
  return url.href;
}

/** Writes a file that is whole for whoever reads it meanwhile. */
function replaceFile(file, text) {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

/** A clock for a program alone, kept in a file: what it is started with, and `pass`, which moves it on by seconds. */
function ownClock(folder) {
  const file = join(folder, "clock");
  let passed = 0;
  const pass = (seconds) => replaceFile(file, `+${(passed += seconds)}\n`);
  pass(0);
  // The loader itself finds this machine's folder for `$LIB`. How long something takes is measured as ever.
  const preload = { LD_PRELOAD: "/usr/$LIB/faketime/libfaketimeMT.so.1", NO_FAKE_STAT: "1" };
  return { env: { ...preload, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: "1", FAKETIME_DONT_FAKE_MONOTONIC: "1" }, pass };
}

/**
 * Starts the program with the demo data, under a number or, with `named`, a name: for browsers' passkeys. With `clock`, its
 * clock moves on by `pass`. `stop` ends it by its own pid and removes what it stored.
 */
export async function start(twin, settings = {}, { named = false, clock = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "praca-e2e-"));
  const listen = settings.PRACA_LISTEN ?? `127.0.0.1:${await freePort()}`;
  const url = `http://${named ? listen.replace("127.0.0.1", "localhost") : listen}`;
  const env = {
    ...process.env,
    PRACA_LISTEN: listen,
    PRACA_PUBLIC_URL: url,
    PRACA_DATA_DIR: folder,
    PRACA_LIMIT_REQUESTS: "off",
    PRACA_LIMIT_MESSAGES: "off",
    PRACA_ANTISPAM: "off",
    PRACA_LOG: "warn",
    ...settings,
  };
  if (twin === "postgres and redis") {
    env.PRACA_DATABASE_URL ??= await freshDatabase();
    env.PRACA_REDIS_URL ??= required("PRACA_TEST_REDIS_URL");
    env.PRACA_SECRET_KEY ??= randomBytes(32).toString("base64");
  }
  const own = clock ? ownClock(folder) : null;
  const child = spawn(required("PRACA_BIN"), ["serve", "--demo"], { env: { ...env, ...own?.env }, stdio: ["ignore", "ignore", "inherit"] });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  for (let tries = 0; ; tries++) {
    const ready = await fetch(`${url}/readyz`).then((answer) => answer.ok, () => false);
    if (ready) break;
    if (tries > 600 || child.exitCode !== null) throw new Error("the program did not start");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  if (own && !readFileSync(`/proc/${child.pid}/maps`, "utf8").includes("libfaketime")) throw new Error("the clock stands by itself: it needs faketime");
  return {
    url,
    env,
    child,
    pass: own?.pass,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Starts an object store; gives the settings that lead the program to it. It ends with `stop`. */
export async function startStore() {
  const child = spawn(required("PRACA_S3_PEER"), { stdio: ["pipe", "pipe", "inherit"] });
  const settings = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const [name, value] = line.split(/=(.*)/s);
    settings[name] = value;
    if (Object.keys(settings).length === 4) break;
  }
  return { settings, stop: () => child.stdin.end() };
}

/** Starts a mail server that keeps what it takes; gives the settings that lead the program to it. It ends with `stop`. */
export async function startMail() {
  const folder = mkdtempSync(join(tmpdir(), "praca-e2e-mail-"));
  const answers = {};
  const port = await freePort();
  const script = new URL("../crates/peers/src/smtp.py", import.meta.url).pathname;
  const child = spawn("/usr/bin/python3", [script, folder, `${port}`, "plain"], { stdio: ["ignore", "ignore", "inherit"] });
  const listens = () =>
    new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(socket.end() && true)).on("error", () => resolve(false));
    });
  for (let tries = 0; !(await listens()); tries++) {
    if (tries > 200 || child.exitCode !== null) throw new Error("the mail server did not start: it needs python3-aiosmtpd");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    settings: { PRACA_SMTP_URL: `smtp://127.0.0.1:${port}`, PRACA_MAIL_FROM: "Praça <praca@praca.example>" },
    /** What it took, the oldest first. */
    mails: () => readdirSync(folder).filter((name) => /^\d+\.json$/.test(name)).sort().map((name) => JSON.parse(readFileSync(join(folder, name)))),
    /** From now on it says this of an address, as `550 5.1.1 nobody`; without it, takes its mail. */
    answer: (address, said) => replaceFile(join(folder, "answers.json"), JSON.stringify(Object.assign(answers, { [address]: said }))),
    stop() {
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Sends a request below `/api/v1`; gives status and body. */
export async function api(world, method, path, { token, body } = {}) {
  const headers = { "content-type": "application/json" };
  if (token) headers.authorization = `Bearer ${token}`;
  const answer = await fetch(`${world.url}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  return { status: answer.status, body: text ? JSON.parse(text) : null };
}

/** Logs a demo person in; gives the session. */
export async function logIn(world, login) {
  const { status, body } = await api(world, "POST", "/auth/login", { body: { login, password: PASSWORD } });
  if (status !== 200) throw new Error(`log-in of ${login}: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** The room of this slug. */
export async function room(world, token, slug) {
  const { body } = await api(world, "GET", "/rooms", { token });
  return body.items.find((item) => item.slug === slug);
}
