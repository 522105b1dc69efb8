/** Socket.IO as its documentation shows it: a room a client, an event that is passed on. */
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { joinEvent, messageEvent } from '../wires/socket-io-wire.ts';

const http = createServer();
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false });

io.on('connection', (socket) => {
  socket.on(joinEvent, (clientId: string) => {
    socket.join(clientId);
    socket.emit(joinEvent, clientId);
  });
  socket.on(messageEvent, (message: { readonly target: string }) => io.to(message.target).emit(messageEvent, message));
});

http.listen(0, '127.0.0.1', () => {
  const address = http.address();
  if (address !== null && typeof address === 'object') console.log(address.port);
});
