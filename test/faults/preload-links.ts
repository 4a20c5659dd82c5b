/**
 * Loaded into a service before anything else (`node --import`): leads each of its connections to a server through the
 * link that stands for it (`FAULT_LINKS`: by `host:port` of the server, the port of the link on 127.0.0.1). So the servers
 * tell their true addresses to everybody, and yet every service has a wire of its own to each of them.
 */
import { Socket } from 'node:net';

const links = JSON.parse(process.env['FAULT_LINKS'] ?? '{}') as Readonly<Record<string, number>>;

type Connect = (this: Socket, ...args: unknown[]) => Socket;
// eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with the socket that it is called on
const connect = Socket.prototype.connect as Connect;

const redirected = (options: unknown): unknown => {
  if (typeof options !== 'object' || options === null) return options;
  const { host, port } = options as { host?: string; port?: number };
  const link = links[`${host}:${port}`];
  return link === undefined ? options : { ...options, port: link };
};

const throughLinks: Connect = function (this: Socket, ...args: unknown[]): Socket {
  // `net.connect` hands over its arguments in one list, told from others by a symbol that it carries.
  const [first] = args;
  if (Array.isArray(first)) first[0] = redirected(first[0]);
  else args[0] = redirected(first);
  return connect.apply(this, args);
};
Socket.prototype.connect = throughLinks as Socket['connect'];
