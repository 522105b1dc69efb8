"""A worker as its user writes it with Debian's python3-websocket, in the way PROTOCOL A6 advises: the socket in a thread of its
own, reconnecting with backoff and full jitter, credentials again after every disconnect, a ping every 30 seconds.

usage: websocket_client_worker.py URL DEVICE_TOKEN [SECONDS_PER_MESSAGE]
"""
import json
import random
import sys
import threading
import time

import websocket

URL, TOKEN = sys.argv[1:3]
SECONDS_PER_MESSAGE = float(sys.argv[3]) if len(sys.argv) > 3 else 0
NEVER_AGAIN = {4000, 4001, 4004, 4009, 4011}
REFUSED = {4003, 4010, 4130}


def say(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


class Worker:
    def __init__(self):
        self.client_id = None
        self.failures = 0
        self.close_code = None

    def on_open(self, ws):
        ws.send(json.dumps({"device_token": TOKEN}))

    def on_message(self, ws, text):
        message = json.loads(text)
        if self.client_id is None and message.get("status") == "authenticated":
            self.client_id = message["client_id"]
            self.failures = 0
            say("authenticated", client_id=self.client_id)
        elif message.get("target") == self.client_id:
            # The job of the hardware, on the thread that also answers the relay's pings.
            time.sleep(SECONDS_PER_MESSAGE)
            if "sender" in message:
                answer = {"target": message["sender"], "sender": self.client_id, "echo": message}
                ws.send(json.dumps(answer))
            else:
                say("handled", n=message["n"])

    def on_close(self, ws, code, reason):
        self.close_code = code
        say("closed", code=code)

    def keep_alive(self):
        while True:
            time.sleep(30)
            if self.client_id is not None:
                try:
                    self.app.send(json.dumps({"action": "ping"}))
                except websocket.WebSocketException:
                    pass  # The other thread sees the same end and reconnects.

    def run(self):
        while self.close_code not in NEVER_AGAIN:
            self.client_id = None
            self.app = websocket.WebSocketApp(
                URL, on_open=self.on_open, on_message=self.on_message, on_close=self.on_close
            )
            self.app.run_forever()
            if self.close_code in REFUSED:
                time.sleep(random.uniform(300, 900))
            else:
                time.sleep(random.uniform(0, min(30, 0.5 * 2**self.failures)))
            self.failures += 1


worker = Worker()
threading.Thread(target=worker.keep_alive, daemon=True).start()
socket_thread = threading.Thread(target=worker.run)
socket_thread.start()
socket_thread.join()
