"""A mail server that keeps what it takes: each mail as a JSON file in its folder, decoded. It answers a recipient as
`answers.json` says, and wants a name and password when it is given them."""

import asyncio
import email
import email.policy
import json
import os
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

folder, port = pathlib.Path(sys.argv[1]), int(sys.argv[2])
tls, login = sys.argv[3], sys.argv[4] if len(sys.argv) > 4 else None
count = 0


class Keeper:
    async def handle_RCPT(self, server, session, envelope, address, options):
        answers = folder / "answers.json"
        known = json.loads(answers.read_text()) if answers.exists() else {}
        if address in known:
            return known[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        global count
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        part = lambda kind: (message.get_body((kind,)).get_content() if message.get_body((kind,)) else "")
        kept = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "subject": message["subject"],
            "headers": {name.lower(): str(value) for name, value in message.items()},
            "text": part("plain"),
            "html": part("html"),
            "raw": envelope.content.decode("utf-8", "replace"),
        }
        count += 1
        written = folder / f"{count:06}.part"
        written.write_text(json.dumps(kept))
        written.rename(folder / f"{count:06}.json")
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    given = f"{data.login.decode()}:{data.password.decode()}"
    return AuthResult(success=given == login, handled=False)


def context():
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return made


def make():
    wants = {"authenticator": authenticate, "auth_required": True, "auth_require_tls": False} if login else {}
    if tls == "starttls":
        wants |= {"tls_context": context(), "require_starttls": True}
    return SMTP(Keeper(), enable_SMTPUTF8=True, **wants)


async def main():
    hidden = context() if tls == "tls" else None
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", port, ssl=hidden)
    async with server:
        await server.serve_forever()


os.chdir(folder)
asyncio.run(main())
