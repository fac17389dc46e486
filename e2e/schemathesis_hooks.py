"""What Schemathesis is told of the square: who asks, from where, what is there to be asked for, and what leads on to what."""

import itertools
import json
import os

import requests
import schemathesis

with open(os.environ["PRACA_KNOWN"], encoding="utf-8") as file:
    KNOWN = json.load(file)

# What an answer makes known, and below which path it is good for: chains of requests go on with it.
LINKS = [
    ("create_room", "201", {"id": "/id"}, "/api/v1/rooms/{id}"),
    ("list_rooms", "200", {"id": "/items/0/id"}, "/api/v1/rooms/{id}/"),
    ("send_message", "201", {"id": "/conversationId", "message_id": "/id"}, "/api/v1/rooms/{id}/messages/{message_id}"),
    ("send_message", "201", {"id": "/conversationId", "message_id": "/id"}, "/api/v1/rooms/{id}/pins/{message_id}"),
    ("list_dms", "200", {"id": "/items/0/id"}, "/api/v1/dms/{id}"),
    ("send_dm", "201", {"id": "/conversationId", "message_id": "/id"}, "/api/v1/dms/{id}/messages/{message_id}"),
    ("announce_upload", "201", {"id": "/id"}, "/api/v1/uploads/{id}"),
    ("create_invite", "201", {"id": "/id"}, "/api/v1/admin/invites/{id}"),
    ("get_profile", "200", {"user_id": "/id"}, "/api/v1/me/blocks/{user_id}"),
    ("get_profile", "200", {"user_id": "/id"}, "/api/v1/dms/with/{user_id}"),
]
numbers = itertools.count(1)


def source() -> str:
    """An address nobody came from before: who fails to log in is slowed by address."""
    number = next(numbers)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def known(operation: dict, path: str, name: str) -> list:
    """Values that lead somewhere, for a parameter of an operation: its own, or those of the beginning of its path."""
    places = KNOWN["places"]
    below = next((values for place, values in places.items() if path.startswith(place)), {})
    return places.get(operation["operationId"], {}).get(name) or below.get(name, [])


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Gives the document examples and links: few made-up requests would reach a room, a message or a picture."""
    operations = {
        operation["operationId"]: (path, operation)
        for path, methods in raw_schema["paths"].items()
        for operation in methods.values()
    }
    for path, operation in operations.values():
        for parameter in operation.get("parameters", []):
            values = known(operation, path, parameter["name"])
            parameter |= {"examples": {str(at): {"value": value} for at, value in enumerate(values)}} if values else {}
        bodies = KNOWN["bodies"].get(operation["operationId"], [])
        for content in operation.get("requestBody", {}).get("content", {}).values():
            content |= {"examples": {str(at): {"value": body} for at, body in enumerate(bodies)}} if bodies else {}
    for name, status, found, below in LINKS:
        given = {parameter: f"$response.body#{place}" for parameter, place in found.items()}
        led_to = [other for other, (path, _) in operations.items() if path.startswith(below) and ("message_id" in found or "{message_id}" not in path)]
        assert led_to, below
        links = operations[name][1]["responses"][status].setdefault("links", {})
        links |= {f"{name} {other}": {"operationId": other, "parameters": given} for other in led_to}


@schemathesis.hook
def map_body(context, body):
    """Writes whole numbers without a fraction, as clients do: to JSON Schema 7.0 is an integer, to the program it is none."""
    if isinstance(body, dict):
        return {key: map_body(context, value) for key, value in body.items()}
    if isinstance(body, list):
        return [map_body(context, value) for value in body]
    return int(body) if isinstance(body, float) and body.is_integer() and abs(body) < 2**53 else body


@schemathesis.hook
def before_call(context, case, kwargs):
    case.headers["X-Forwarded-For"] = source()


@schemathesis.check
def answers_say_what_they_are(context, response, case):
    """What the contract says of every answer, and no document can: its id, and a problem that tells the same as its status."""
    (request_id,) = response.headers["x-request-id"]
    assert response.headers["x-content-type-options"] == ["nosniff"]
    if response.status_code < 400 or case.operation.path == "/readyz":
        return
    assert response.headers["content-type"] == ["application/problem+json"], response.headers["content-type"]
    problem = response.json()
    assert problem["status"] == response.status_code and problem["requestId"] == request_id, problem
    assert problem["type"] == f"/problems/{problem['code']}", problem
    if response.status_code == 429:
        assert int(response.headers["retry-after"][0]) == -(-problem["retryAfterMs"] // 1000), problem


if KNOWN["login"]:

    @schemathesis.auth().apply_to(lambda context: {"bearer": []} in context.operation.definition.raw.get("security", []))
    class Session:
        """Logs in, and once more whenever a made-up request has ended the session (401)."""

        def get(self, case, context):
            address = f"{KNOWN['url']}/api/v1/auth/login"
            answer = requests.post(address, json=KNOWN["login"], headers={"x-forwarded-for": source()}, timeout=30)
            answer.raise_for_status()
            return answer.json()["accessToken"]

        def set(self, case, data, context):
            case.headers["Authorization"] = f"Bearer {data}"
