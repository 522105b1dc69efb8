# UNTESTED. Carries out commands on a microcontroller with MicroPython 1.22 or newer and Wi-Fi that is connected already.
# Needs aiohttp of micropython-lib: mpremote mip install aiohttp
import asyncio
import json
import random

import aiohttp

RELAY_URL = "wss://relay.example.org/ws/connect/"
DEVICE_TOKEN = "YOUR_DEVICE_TOKEN"
NEVER = (4000, 4001, 4004, 4009, 4011)  # Refused for good, or another session took over: do not fight.


async def keep_alive(ws):
    while True:
        await asyncio.sleep(30)
        await ws.send_str('{"action":"ping"}')


async def work(session):
    async with session.ws_connect(RELAY_URL) as ws:
        await ws.send_str(json.dumps({"device_token": DEVICE_TOKEN}))
        client_id = None
        heartbeat = asyncio.create_task(keep_alive(ws))
        try:
            async for received in ws:
                message = json.loads(received.data)
                if client_id is None:
                    client_id = message.get("client_id")
                elif message.get("target") == client_id:
                    print("got", message)  # Move something here.
                    answer = {"target": message.get("sender"), "sender": client_id, "ok": True}
                    if "_id" in message:
                        answer["_re"] = message["_id"]
                    if answer["target"]:
                        await ws.send_str(json.dumps(answer))
        finally:
            heartbeat.cancel()
        return ws.close_code if hasattr(ws, "close_code") else None


async def main():
    failures = 0
    while True:
        try:
            async with aiohttp.ClientSession() as session:
                code = await work(session)
            failures = 0
        except OSError as error:
            print("disconnected:", error)
            code = None
        if code in NEVER:
            return
        await asyncio.sleep(random.random() * min(30, 0.5 * 2 ** min(failures, 6)))
        failures += 1


asyncio.run(main())
