"""Lets a test drive the Python client: commands come as JSON lines on standard input, events leave as JSON lines.

usage: CLIENT_OPTIONS=JSON driver.py FOLDER_OF_RELAY_CLIENT
"""
import json
import os
import sys
import threading

sys.path.insert(0, sys.argv[1])
from relay_client import RelayError, SoftlabRelayClient  # noqa: E402

OPTIONS = json.loads(os.environ["CLIENT_OPTIONS"])
HAS_HANDLER = OPTIONS.pop("handler", True)
lock = threading.Lock()
release = threading.Event()
numbers = []


def say(event, **fields):
    with lock:
        print(json.dumps({"event": event, **fields}), flush=True)


def on_message(message):
    if message.get("do") == "block":
        say("blocked", n=message.get("n"))
        release.wait()
        release.clear()
    if message.get("do") == "fail":
        raise ZeroDivisionError("a mistake in the handler")
    if message.get("do") == "exit":
        sys.exit("a handler that ends itself")
    if message.get("do") == "answer":
        client.reply(message, {"ok": True, "echo": message.get("n")})
    if message.get("do") == "count":
        numbers.append(message["n"])
        if len(numbers) == message["of"]:
            say("counted", in_order=numbers == list(range(message["of"])))
        return
    say("message", message=message)


def on_status(status):
    fields = {"code": status.code} if status.code is not None else {}
    if status.delivery is not None:
        fields["n"] = status.delivery.id
    say(status.state, detail=str(status), **fields)


def describe(delivery):
    return {"status": delivery.status, "code": delivery.code, "is_final": delivery.is_final}


def send(command):
    wait = command.get("wait")
    ttl = float(command["ttl"]) if "ttl" in command else None
    delivery = client.send_message(command["target"], command["payload"], ttl=ttl, wait=wait)
    if "wait_final" in command:
        delivery.wait_final(command["wait_final"])
    return describe(delivery)


def send_many(command):
    last = None
    for n in range(command["count"]):
        last = client.send_message(command["target"], {"n": n})
    last.wait(60)
    return describe(last)


def call(command):
    return {"reply": client.call(command["target"], command["payload"], timeout=command["timeout"])}


ACTIONS = {
    "start": lambda command: client.start() and {},
    "send": send,
    "send_many": send_many,
    "call": call,
    "ready": lambda command: {"client_id": client.wait_until_ready(command.get("timeout"))},
    "release": lambda command: release.set() or {},
    "stop": lambda command: {"flushed": client.stop(command.get("flush_timeout", 5))},
}


def perform(command):
    try:
        say("done", do=command["do"], **ACTIONS[command["do"]](command))
    except (RelayError, ValueError) as error:
        code = getattr(error, "code", "value")
        say("failed", do=command["do"], code=code, fate=getattr(error, "fate", None), detail=str(error))


client = SoftlabRelayClient(on_status=on_status, on_message=on_message if HAS_HANDLER else None, **OPTIONS)
for line in sys.stdin:
    request = json.loads(line)
    if request.pop("in_background", False):
        threading.Thread(target=perform, args=(request,), daemon=True).start()
    else:
        perform(request)
