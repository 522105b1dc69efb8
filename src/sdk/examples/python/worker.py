"""Carries out commands. Beside it: relay_client.py of your relay.

    RELAY_URL=wss://relay.example.org RELAY_DEVICE_TOKEN=… python3 worker.py
"""
import os

from relay_client import SoftlabRelayClient


def on_message(message):
    if message.get("_offline_queued"):
        print("late, it waited for this device:", end=" ")
    print("got", message, flush=True)  # Move the mouse here.
    client.reply(message, {"ok": True})


client = SoftlabRelayClient(
    device_token=os.environ["RELAY_DEVICE_TOKEN"],
    url=os.environ.get("RELAY_URL"),
    on_message=on_message,
    on_status=lambda status: print(status, flush=True),
)
client.start()
client.wait()
