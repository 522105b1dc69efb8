"""Sends one command to mouse_pi and prints the reply. Beside it: relay_client.py of your relay.

    RELAY_URL=wss://relay.example.org RELAY_AUTH_KEY=… python3 commander.py
"""
import os
import queue

from relay_client import SoftlabRelayClient

replies = queue.Queue()

with SoftlabRelayClient(
    auth_key=os.environ["RELAY_AUTH_KEY"],
    sender="my_controller",
    url=os.environ.get("RELAY_URL"),
    on_message=replies.put,
) as client:
    delivery = client.send_message("mouse_pi", {"cmd": "move", "x": 10, "y": 20}, wait=5)
    print("the relay says:", delivery.status)  # queued: mouse_pi is away and gets it when it is back
    if delivery.status == "delivered":
        print("reply:", replies.get(timeout=5))
