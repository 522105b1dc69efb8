import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { debianPython, hasTool } from '../../tools.ts';
import { startServe } from '../built-relay.ts';
import { openRoom } from '../contract/test-room.ts';
import { runToEnd, spawnWatched } from '../watched-process.ts';
import { downloadClient } from './python-client.ts';

/** Runs a script beside a relay_client.py that was downloaded from this relay. */
async function runScript(http: string, script: string) {
  const folder = await downloadClient({ http });
  try {
    writeFileSync(join(folder, 'script.py'), script);
    return await runToEnd(spawnWatched(debianPython, [join(folder, 'script.py')]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe.runIf(hasTool('python3-websocket'))('relay_client.py: scripts', () => {
  it('three lines connect to the relay that it came from, send, and end when it is sent', async () => {
    await using relay = await startServe();
    const room = await openRoom(relay);
    await room.token('mouse_pi');
    const { code, stderr } = await runScript(
      relay.http,
      `from relay_client import SoftlabRelayClient
client = SoftlabRelayClient(auth_key="${room.authKey}", sender="my_controller_id")
client.start()
client.send_message("mouse_pi", {"cmd": "move", "x": 10, "y": 20})
`,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await using mouse = await room.device('mouse_pi');
    expect(await mouse.nextJson()).toMatchObject({ cmd: 'move', x: 10, sender: 'my_controller_id' });
  });

  it('a script whose key is wrong ends at once, and says why and what was not sent', async () => {
    await using relay = await startServe();
    const { code, stderr } = await runScript(
      relay.http,
      `from relay_client import SoftlabRelayClient
with SoftlabRelayClient(auth_key="rly_wrong", sender="me") as client:
    client.send_message("gate", {"cmd": "open"})
    try:
        client.wait_until_ready(20)
    except Exception as error:
        print(type(error).__name__, error)
`,
    );
    expect(code).toBe(0);
    expect(stderr).toContain('the message to gate ended as not_sent');
    expect(stderr).toContain('is not valid here');
  });

  it.each([
    ['at the end of the script', ''],
    ['in client.wait()', 'client.wait()'],
    ['in the middle of something else', 'import time; time.sleep(1000)'],
  ])('a worker ends with Ctrl+C %s', async (_, lastLine) => {
    await using relay = await startServe();
    const room = await openRoom(relay);
    const folder = await downloadClient(relay);
    const script = `from relay_client import SoftlabRelayClient
client = SoftlabRelayClient(device_token="${await room.token('gate')}", on_message=print)
client.start()
client.wait_until_ready()
print("ready", flush=True)
${lastLine}
`;
    writeFileSync(join(folder, 'worker.py'), script);
    await using worker = spawnWatched(debianPython, [join(folder, 'worker.py')]);
    await worker.stdout.waitFor(/ready/);
    await room.untilPresence('gate', 'online');
    worker.kill('SIGINT');
    await worker.exited;
    await room.untilPresence('gate', 'offline');
    rmSync(folder, { recursive: true, force: true });
  });
});
