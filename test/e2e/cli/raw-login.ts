import { openRawWebSocket, type RawWebSocket } from '../raw-websocket.ts';

/** A controller that sends exactly the bytes that the test says. */
export async function logInRaw(url: string, authKey: string, sender: string): Promise<RawWebSocket> {
  const client = await openRawWebSocket(url);
  client.sendJson({ auth_key: authKey, sender });
  const answer = await client.nextText();
  if (JSON.parse(answer).status !== 'authenticated') throw new Error(`the relay refused ${sender}: ${answer}`);
  return client;
}
