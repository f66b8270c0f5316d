/** The baseline of bench/session.ts: a Socket.IO server that does nothing but answer, as a process of its own. */
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const http = createServer();
new Server(http, { serveClient: false }).on('connection', (socket) => socket.on('echo', (bytes, reply) => reply(bytes)));
http.listen(Number(process.argv[2]), '127.0.0.1', () => process.send?.('listening'));
