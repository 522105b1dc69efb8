// Carries out commands. Node.js 22 or newer, nothing to install.
//   RELAY_URL=wss://relay.example.org/ws/connect/ RELAY_DEVICE_TOKEN=… node worker.mjs
const never = [4000, 4001, 4004, 4009, 4011]; // Refused for good, or another session took over: do not fight.
const rarely = [4003, 4010, 4130]; // The token is not valid: ask again every 5 to 15 minutes.
let failures = 0;

function connect() {
  const socket = new WebSocket(process.env.RELAY_URL);
  let clientId; // What was before a disconnect is forgotten.
  const heartbeat = setInterval(() => clientId && socket.send('{"action":"ping"}'), 30_000);

  socket.onopen = () => socket.send(JSON.stringify({ device_token: process.env.RELAY_DEVICE_TOKEN }));

  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (!clientId && message.status === 'authenticated') {
      clientId = message.client_id;
      failures = 0;
      console.log(`authenticated as ${clientId}`);
    } else if (message.target === clientId) {
      if (message._offline_queued) console.log('late, it waited for this device:');
      console.log('got', data); // Move the mouse here.
      if (message.sender) {
        socket.send(JSON.stringify({ target: message.sender, sender: clientId, _re: message._id, ok: true }));
      }
    }
  };

  socket.onerror = () => {}; // The close that follows says the same.

  socket.onclose = ({ code, reason }) => {
    clearInterval(heartbeat);
    console.log(`disconnected (${code} ${reason})`);
    if (never.includes(code)) return;
    const backoffMs = Math.random() * Math.min(30_000, 500 * 2 ** failures++);
    setTimeout(connect, rarely.includes(code) ? 300_000 + Math.random() * 600_000 : backoffMs);
  };
}

connect();
