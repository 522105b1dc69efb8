"""A device as a person writes it, with Debian's websocket-client: answers every command, and has a strange name if told so."""
import json
import sys

import websocket

url, token = sys.argv[1], sys.argv[2]


def on_open(ws):
    ws.send(json.dumps({"device_token": token}))


def on_message(ws, text):
    message = json.loads(text)
    if message.get("status") == "authenticated":
        print("online", flush=True)
    if "target" not in message or "_re" in message:
        return
    answer = {"target": message["sender"], "sender": message["target"], "_re": message.get("_id"), "did": message["cmd"]}
    if message["cmd"] == "attack":
        answer["note"] = "\u202egnp.exe \x1b[2J\x1b]0;pwned\x07\x9b2J\u200b 温度"
    ws.send(json.dumps(answer, ensure_ascii=False))


websocket.WebSocketApp(url, on_open=on_open, on_message=on_message).run_forever()
