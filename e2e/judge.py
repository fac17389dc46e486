"""The official Python client, with default options, joins, sends, hears and is answered."""

import sys
import uuid
from queue import Queue

import socketio

url, sender_token, reader_token, room = sys.argv[1:]
heard: Queue = Queue()
sender, reader = socketio.Client(), socketio.Client()
reader.on("rooms:message:new", heard.put)

sender.connect(url, auth={"token": sender_token})
reader.connect(url, auth={"token": reader_token})
for client in (sender, reader):
    assert client.call("rooms:join", {"roomId": room})["ok"] is True

body = "olá do Python 🐍"
answer = sender.call("rooms:message:send", {"roomId": room, "body": body, "nonce": str(uuid.uuid4())})
assert answer["ok"] is True, answer
assert heard.get(timeout=10)["message"] == answer["data"]["message"]
assert sender.call("no:such:event", {})["error"]["code"] == "resource.not_found"
assert sender.call("rooms:join", b"\x00\x01")["error"]["code"] == "request.invalid"

stranger = socketio.Client(reconnection=False)
try:
    stranger.connect(url, auth={"token": "nonsense"})
    raise SystemExit("a stranger got in")
except socketio.exceptions.ConnectionError:
    pass

for client in (sender, reader):
    client.disconnect()
