import { type Channel, channel } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const IS_WATCHED = Symbol.for('orebound.unsent');

/**
 * Fails whoever waits for a socket to take more once that socket is closed. MongoDB's driver (7.8, 7.9) waits for `drain`
 * or `error`, and a socket that is closed without an error gives neither: the operation would never settle. It happens
 * where a request is written between the end that a killed server sends and the `close` that follows it, and where a
 * frozen server leaves a large write half read until `socketTimeoutMS`, by which the driver closes the socket itself.
 *
 * Only sockets of plain TCP are seen: Node tells nobody of those it makes for TLS. For those the transport's own limit
 * stands (`KafkaBatchServer`).
 *
 * Once for the process, which has the channel: Jest loads this module anew for each file of tests.
 */
export function failWhatIsUnsent(): void {
  const sockets = channel('net.client.socket') as Channel & { [IS_WATCHED]?: true };
  if (sockets[IS_WATCHED]) return;
  sockets[IS_WATCHED] = true;
  sockets.subscribe((message) => {
    const { socket } = message as { socket: Socket };
    socket.on('close', () => {
      if (socket.listenerCount('drain') > 0 && socket.listenerCount('error') > 0)
        socket.emit('error', closedBeforeSent());
    });
  });
}

/** By the code that a write to a socket has which its other end has closed. */
const closedBeforeSent = (): Error =>
  Object.assign(new Error('the connection was closed before all was sent'), { code: 'EPIPE' });
