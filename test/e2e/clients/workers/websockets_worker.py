"""A worker as its user writes it with Debian's python3-websockets (asyncio), in the way PROTOCOL A6 advises.

usage: websockets_worker.py URL DEVICE_TOKEN
"""
import asyncio
import json
import random
import sys

import websockets

URL, TOKEN = sys.argv[1:3]
NEVER_AGAIN = {4000, 4001, 4004, 4009, 4011}
REFUSED = {4003, 4010, 4130}


def say(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


async def keep_alive(ws):
    while True:
        await asyncio.sleep(30)
        await ws.send(json.dumps({"action": "ping"}))


async def work(ws):
    await ws.send(json.dumps({"device_token": TOKEN}))
    answer = json.loads(await ws.recv())
    if answer.get("status") != "authenticated":
        return
    client_id = answer["client_id"]
    say("authenticated", client_id=client_id)
    heartbeat = asyncio.create_task(keep_alive(ws))
    try:
        async for text in ws:
            message = json.loads(text)
            if message.get("target") == client_id:
                answer = {"target": message["sender"], "sender": client_id, "echo": message}
                await ws.send(json.dumps(answer))
    finally:
        heartbeat.cancel()


async def main():
    failures = 0
    while True:
        try:
            async with websockets.connect(URL) as ws:
                await work(ws)
                failures = 0
            code = ws.close_code
        except websockets.ConnectionClosed as closed:
            code = closed.code
        except (OSError, websockets.InvalidHandshake):
            code = None
        say("closed", code=code)
        if code in NEVER_AGAIN:
            return
        if code in REFUSED:
            await asyncio.sleep(random.uniform(300, 900))
        else:
            await asyncio.sleep(random.uniform(0, min(30, 0.5 * 2**failures)))
        failures += 1


asyncio.run(main())
