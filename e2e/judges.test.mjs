// The official clients, with their default options, judge the gateway.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { io } from "socket.io-client";
import { TWINS, api, logIn, room, start } from "./world.mjs";

const connected = async (world, token, options = {}) => {
  const socket = io(world.url, { auth: { token }, ...options });
  await once(socket, "connect");
  return socket;
};

for (const twin of TWINS) {
  describe(twin, () => {
    let world, caio, elis, ana, central, fair;
    before(async () => {
      world = await start(twin);
      [caio, elis, ana] = await Promise.all(["caio", "elis", "ana"].map((login) => logIn(world, login)));
      central = await room(world, caio.accessToken, "praca-central");
      fair = await room(world, caio.accessToken, "feira-livre");
    });
    after(() => world.stop());

    for (const [name, options] of [
      ["default options", {}],
      ["long polling alone", { transports: ["polling"] }],
      ["WebSocket alone", { transports: ["websocket"] }],
    ]) {
      test(`socket.io-client with ${name} joins, sends and hears`, async () => {
        const a = await connected(world, caio.accessToken, options);
        const b = await connected(world, elis.accessToken, options);
        const joined = await b.emitWithAck("rooms:join", { roomId: central.id });
        assert.equal(joined.ok, true);
        await a.emitWithAck("rooms:join", { roomId: central.id });
        const heard = once(b, "rooms:message:new");
        const body = `olá ${name} ❤️`;
        const sent = await a.emitWithAck("rooms:message:send", { roomId: central.id, body, nonce: crypto.randomUUID() });
        assert.equal(sent.data.message.body, body);
        const [event] = await heard;
        assert.deepEqual(event.message, sent.data.message);
        a.disconnect();
        b.disconnect();
      });
    }

    test("a socket that upgrades from polling loses nothing on the way", async () => {
      const socket = await connected(world, caio.accessToken);
      if (socket.io.engine.transport.name !== "websocket") await once(socket.io.engine, "upgrade");
      assert.equal(socket.io.engine.transport.name, "websocket");
      assert.equal((await socket.emitWithAck("rooms:list", {})).ok, true);
      socket.disconnect();
    });

    test("a refused handshake says why, in message and data", async () => {
      const socket = io(world.url, { auth: { token: "nonsense" }, reconnection: false });
      const [error] = await once(socket, "connect_error");
      assert.equal(JSON.parse(error.message).code, "auth.invalid_token");
      assert.equal(error.data.code, "auth.invalid_token");
      const nameless = io(world.url, { reconnection: false, forceNew: true });
      const [other] = await once(nameless, "connect_error");
      assert.equal(JSON.parse(other.message).status, 401);
      socket.disconnect();
      nameless.disconnect();
    });

    test("events that are emitted before the connection stands are answered", async () => {
      const socket = io(world.url, { auth: { token: caio.accessToken }, forceNew: true });
      const answers = await Promise.all([
        socket.emitWithAck("rooms:list", {}),
        socket.emitWithAck("rooms:join", { roomId: central.id }),
        socket.emitWithAck("no:such:event", {}),
        socket.emitWithAck("rooms:list"),
        socket.emitWithAck("rooms:list", Buffer.from([1, 2, 3])),
        socket.emitWithAck("rooms:join", "text", 7),
      ]);
      assert.deepEqual(answers.map((answer) => answer.ok), [true, true, false, false, false, false]);
      assert.equal(answers[2].error.code, "resource.not_found");
      assert.equal(socket.connected, true);
      socket.disconnect();
    });

    test("slow mode blocks, counts down, and lets through", async () => {
      const socket = await connected(world, caio.accessToken, { forceNew: true });
      await socket.emitWithAck("rooms:join", { roomId: fair.id });
      const send = () => socket.emitWithAck("rooms:message:send", { roomId: fair.id, body: "banca 3", nonce: crypto.randomUUID() });
      assert.equal((await send()).ok, true);
      const blocked = await send();
      assert.equal(blocked.error.code, "rooms.slow_mode");
      assert.equal(blocked.error.scope, "user");
      assert.ok(blocked.error.retryAfterMs > 10_000 && blocked.error.retryAfterMs <= 15_000);
      socket.disconnect();
    });

    test("a suspended person's socket is told and closed, and does not come back", async () => {
      const davi = await logIn(world, "davi");
      const socket = await connected(world, davi.accessToken, { forceNew: true });
      const told = once(socket, "account:status");
      const closed = once(socket, "disconnect");
      const change = { status: "suspended", reason: "Teste." };
      await api(world, "PATCH", `/admin/users/${davi.user.id}`, { token: ana.accessToken, body: change });
      assert.equal((await told)[0].status, "suspended");
      assert.equal((await closed)[0], "io server disconnect");
      await api(world, "PATCH", `/admin/users/${davi.user.id}`, {
        token: ana.accessToken,
        body: { status: "active", reason: "Fim do teste." },
      });
    });

    test("python-socketio with default options joins, sends and hears", async () => {
      const script = fileURLToPath(new URL("judge.py", import.meta.url));
      const judge = spawn(process.env.PYTHON ?? "python3", [script, world.url, caio.accessToken, elis.accessToken, central.id], {
        stdio: ["ignore", "inherit", "inherit"],
      });
      const [code] = await once(judge, "exit");
      assert.equal(code, 0);
    });
  });
}

test("a restarted server is found again by itself, and what was missed is caught up", async () => {
  const world = await start("sqlite and local");
  const caio = await logIn(world, "caio");
  const central = await room(world, caio.accessToken, "praca-central");
  const socket = await connected(world, caio.accessToken, { reconnectionDelay: 50, reconnectionDelayMax: 100, forceNew: true });
  await socket.emitWithAck("rooms:join", { roomId: central.id });
  const told = once(socket, "server:restarting");
  const gone = once(socket, "disconnect");
  world.child.kill("SIGTERM");
  assert.ok((await told)[0].retryAfterMs > 0);
  assert.notEqual((await gone)[0], "io server disconnect");
  await once(world.child, "exit");
  const { PRACA_LISTEN, PRACA_DATA_DIR } = world.env;
  const again = await start("sqlite and local", { PRACA_LISTEN, PRACA_DATA_DIR });
  if (!socket.connected) await once(socket, "connect");
  const joined = await socket.emitWithAck("rooms:join", { roomId: central.id, afterSeq: central.lastSeq, afterRev: central.lastRev });
  assert.equal(joined.ok, true);
  socket.disconnect();
  await again.stop();
});
