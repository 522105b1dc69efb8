/**
 * The relay that one writes in an afternoon: `ws`, JSON.parse, a Map, send. No queue, no key, no limits, no heartbeat. It is
 * here to be compared with.
 */
import { type WebSocket, WebSocketServer } from 'ws';

const clients = new Map<string, WebSocket>();
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });

server.on('connection', (webSocket) => {
  let clientId: string | undefined;
  webSocket.on('message', (data, isBinary) => {
    const message = JSON.parse(String(data));
    if (clientId === undefined) {
      clientId = String(message.sender);
      clients.set(clientId, webSocket);
      webSocket.send(JSON.stringify({ status: 'authenticated', client_id: clientId }));
      return;
    }
    const target = clients.get(message.target);
    if (target === undefined) webSocket.send(JSON.stringify({ status: 'error', code: 'target_offline' }));
    else target.send(data, { binary: isBinary });
  });
  webSocket.on('close', () => {
    if (clientId !== undefined && clients.get(clientId) === webSocket) clients.delete(clientId);
  });
  webSocket.on('error', () => webSocket.terminate());
});

server.on('listening', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(address.port);
});
