export interface PythonWorkerOptions {
  /** `wss://host/ws/connect/` */
  readonly url: string;
  readonly deviceToken: string;
}

/** Text inside a Python string in double quotes. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

/**
 * A worker in Python to paste on the machine of a device, following the advice of PROTOCOL A6: the socket in a thread of its
 * own, backoff with full jitter, credentials again after every connect, a ping every 30 seconds, and the reconnect column of
 * PROTOCOL D. TCP_USER_TIMEOUT ends a connection whose pings nobody acknowledges; a WebSocket ping with a deadline would end
 * one whose handler takes its time, because websocket-client answers on the thread that runs the handler.
 */
export function pythonWorker({ url, deviceToken }: PythonWorkerOptions): string {
  return `#!/usr/bin/env python3
# A worker for softlab-relay. Needs websocket-client: apt install python3-websocket, or pip install websocket-client
import json, random, socket, threading, time
import websocket

URL = ${quoted(url)}
DEVICE_TOKEN = ${quoted(deviceToken)}


def handle(message):
    """Do the work here. What it returns goes back to the sender; None means no answer."""
    print("got", json.dumps(message), flush=True)
    return {"ok": True, "echo": message.get("cmd")}


NEVER = {4000, 4001, 4004, 4009, 4011}  # refused for good, or another session took over: do not fight
SLOW = {4003, 4010, 4130}  # the token is not valid (any more): ask again every 5 to 15 minutes
session = {"online_since": None, "code": None}


def on_open(ws):
    ws.send(json.dumps({"device_token": DEVICE_TOKEN}))


def on_message(ws, text):
    message = json.loads(text)
    if "target" not in message:  # the relay itself speaks
        if message.get("status") == "authenticated":
            session["online_since"] = time.monotonic()
            print("online as", message["client_id"], flush=True)
        elif message.get("status") == "error":
            print("the relay says:", message.get("message"), flush=True)
        return
    answer = None if "_re" in message else handle(message)
    if answer is not None and "sender" in message:
        if "_id" in message:
            answer["_re"] = message["_id"]
        ws.send(json.dumps({**answer, "target": message["sender"], "sender": message["target"]}))


def on_close(ws, code, reason):
    session["code"] = code


def on_error(ws, error):
    print("error:", error, flush=True)


options = {}
if hasattr(socket, "TCP_USER_TIMEOUT"):
    options["sockopt"] = ((socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 60000),)
try:
    failures = 0
    while session["code"] not in NEVER:
        session.update(online_since=None, code=None)
        ws = websocket.WebSocketApp(URL, on_open=on_open, on_message=on_message, on_close=on_close, on_error=on_error)
        thread = threading.Thread(target=ws.run_forever, kwargs=options, daemon=True)
        thread.start()
        while thread.is_alive():
            thread.join(30)
            if thread.is_alive() and session["online_since"] is not None:
                try:
                    ws.send('{"action":"ping"}')
                except Exception:
                    pass  # the thread is about to end
        since = session["online_since"]
        failures = 0 if since is not None and time.monotonic() - since > 30 else failures + 1
        wait = random.uniform(300, 900) if session["code"] in SLOW else random.uniform(0, min(30, 0.5 * 2 ** min(failures, 6)))
        if session["code"] not in NEVER:
            print("offline (%s), again in %.1f s" % (session["code"], wait), flush=True)
            time.sleep(wait)
    print("ended for good:", session["code"], flush=True)
except KeyboardInterrupt:
    print("stopped", flush=True)
`;
}
