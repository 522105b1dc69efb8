// Sends one command to mouse_pi and prints the reply. Node.js 22 or newer, nothing to install.
//   RELAY_URL=wss://relay.example.org/ws/connect/ RELAY_AUTH_KEY=… node commander.mjs
const socket = new WebSocket(process.env.RELAY_URL);
const id = crypto.randomUUID();

socket.onopen = () => {
  // With "receipts" the relay says what became of a message that has an _id.
  const credentials = { auth_key: process.env.RELAY_AUTH_KEY, sender: 'my_controller', extensions: ['receipts'] };
  socket.send(JSON.stringify(credentials));
};

socket.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  if (message.status === 'authenticated') {
    socket.send(JSON.stringify({ target: 'mouse_pi', sender: 'my_controller', _id: id, cmd: 'move', x: 10, y: 20 }));
  } else if (message._re === id) {
    console.log('reply:', data);
    socket.close();
  } else if (message.status === 'queued') {
    console.log('the relay says: queued'); // mouse_pi is away and gets it when it is back.
    socket.close();
  } else if (message.status === 'error') {
    console.error(message.message);
    process.exitCode = 1;
    socket.close();
  }
};

socket.onerror = () => {
  console.error(`cannot reach ${process.env.RELAY_URL}`);
  process.exitCode = 1;
};
