// The peer of the benchmarks: a minimal socket.io server that only broadcasts. No accounts, no database, no rules; the
// messages have the shape and size of Praça's.
//
// usage: node server.mjs PORT

import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const http = createServer();
const io = new Server(http, { perMessageDeflate: false });
const rooms = new Map();

io.on('connection', (socket) => {
  const author = { id: randomUUID(), handle: 'load0', displayName: 'Vizinha load0', avatarUrl: null };

  socket.on('rooms:join', ({ roomId }, answer) => {
    socket.join(roomId);
    answer({ ok: true, data: { room: { lastSeq: rooms.get(roomId) ?? 0 } } });
  });

  socket.on('rooms:message:send', ({ roomId, body, nonce }, answer) => {
    const seq = (rooms.get(roomId) ?? 0) + 1;
    rooms.set(roomId, seq);
    const message = {
      id: randomUUID(), conversationId: roomId, seq, kind: 'text', author, body, mentions: [], replyTo: null,
      attachments: [], reactions: [], rev: seq, createdAt: new Date().toISOString(), editedAt: null, deletedAt: null,
      pinnedAt: null, nonce,
    };
    io.to(roomId).emit('rooms:message:new', { message });
    answer({ ok: true, data: { message } });
  });
});

http.listen(Number(process.argv[2]), '127.0.0.1');
