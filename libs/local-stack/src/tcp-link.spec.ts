import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '#messaging/testing/until.js';
import { TcpLink } from './tcp-link.js';

/** A server that notes each request and answers it, word for word. */
let server: Server;
let heard: string;
let link: TcpLink;
let client: Socket;
let answered: string;

function dial(): Socket {
  const socket = connect({ host: '127.0.0.1', port: link.port });
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => (answered += String(bytes)));
  return socket;
}

async function connected(): Promise<Socket> {
  const socket = dial();
  await once(socket, 'connect');
  return socket;
}

beforeEach(async () => {
  heard = answered = '';
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      heard += String(bytes);
      socket.write(bytes);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  link = await TcpLink.create((server.address() as AddressInfo).port);
  client = await connected();
});

afterEach(async () => {
  client.destroy();
  await link.close();
  await new Promise((resolve) => server.close(resolve));
});

it('passes on what is asked and answered', async () => {
  client.write('one');
  await eventually(() => expect(answered).toBe('one'));
});

it('ends every connection when it is cut, and lets none begin until it is open again', async () => {
  client.write('one');
  await eventually(() => expect(answered).toBe('one'));
  link.set('cut');
  await once(client, 'close');
  const refused = dial();
  await new Promise((resolve) => refused.once('close', resolve));

  link.set('open');
  client = await connected();
  client.write('two');
  await eventually(() => expect(answered).toBe('onetwo'));
});

it('swallows the answer to what took effect, and ends the connection', async () => {
  link.set('drops-replies');
  client.write('one');
  await once(client, 'close');
  expect({ heard, answered }).toEqual({ heard: 'one', answered: '' });
  expect(link.swallowed).toBe(1);
});

it('takes what is sent and passes nothing on while it hangs, and ends what misses bytes by it', async () => {
  client.write('one');
  await eventually(() => expect(answered).toBe('one'));
  link.set('hung');
  client.write('two');
  await eventually(() => expect(link.swallowed).toBe(1));
  link.set('open');
  await once(client, 'close');
  expect({ heard, answered }).toEqual({ heard: 'one', answered: 'one' });
});

it('passes everything on later and in order while it is slow, and also when it becomes open meanwhile', async () => {
  link.set('slow', 80);
  const began = performance.now();
  client.write('one ');
  await eventually(() => expect(answered).toBe('one '));
  expect(performance.now() - began).toBeGreaterThan(150);

  client.write('two ');
  await sleep(100);
  link.set('open');
  client.write('three');
  await eventually(() => expect(answered).toBe('one two three'));
});
