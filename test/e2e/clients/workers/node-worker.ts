/**
 * A worker as its user writes it with the WebSocket that Node has built in, in the way PROTOCOL A6 advises.
 *
 * usage: node node-worker.ts URL DEVICE_TOKEN
 */
const [url = '', token = ''] = process.argv.slice(2);
const neverAgain = [4000, 4001, 4004, 4009, 4011];
const refused = [4003, 4010, 4130];

function say(event: string, fields: object): void {
  console.log(JSON.stringify({ event, ...fields }));
}

function connect(failures: number): void {
  const socket = new WebSocket(url);
  let clientId: string | undefined;
  let failed = failures;
  const heartbeat = setInterval(() => clientId !== undefined && socket.send('{"action":"ping"}'), 30_000);
  socket.addEventListener('open', () => socket.send(JSON.stringify({ device_token: token })));
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(data);
    if (clientId === undefined && message.status === 'authenticated') {
      clientId = message.client_id;
      failed = 0;
      say('authenticated', { client_id: clientId });
    } else if (message.target === clientId) {
      socket.send(JSON.stringify({ target: message.sender, sender: clientId, echo: message }));
    }
  });
  // What went wrong is said again by the close event that follows.
  socket.addEventListener('error', () => {});
  socket.addEventListener('close', ({ code }) => {
    clearInterval(heartbeat);
    say('closed', { code });
    if (neverAgain.includes(code)) return;
    const backoffMs = Math.random() * Math.min(30_000, 500 * 2 ** failed);
    const patienceMs = 300_000 + Math.random() * 600_000;
    setTimeout(() => connect(failed + 1), refused.includes(code) ? patienceMs : backoffMs);
  });
}

connect(0);
