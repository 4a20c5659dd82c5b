import { createRequire } from 'node:module';
import net from 'node:net';
import tls from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

/** kafkajs's connection to a broker, as far as it is used here; not a part of its public face. */
interface Connection {
  readonly socket: net.Socket;
  /** Set while it logs in: what comes is no response then, or one to another request. */
  readonly authHandlers: object | null;
  readonly requestQueue: {
    fulfillRequest(response: { correlationId: number; payload: Buffer; size: number }): void;
  };
  processData(bytes: Buffer): void;
}

/** Before each response: how many bytes it is of, as an int32 (Kafka protocol, "Network"). */
const SIZE = 4;
/** The least that a response is of: the number of the request that it is for, as an int32. */
const CORRELATION_ID = 4;
/** Of a response. What is fetched is of 3 MB, or one message; what is larger is no Kafka broker's: an HTTP server's has 1.2 GB. */
const MOST_BYTES = 2 ** 28;
const BYTES_READ_AT_ONCE = 65_536;
const KEEP_ALIVE_AFTER_MS = 60_000;

/** What comes over a connection, as responses: each is put together in memory of its own, where it is to stay. */
export class Responses {
  private readonly head = Buffer.alloc(SIZE);
  private response: Buffer | undefined;
  private filled = 0;

  /** @param onResponse is given what stands behind a response's size */
  constructor(private readonly onResponse: (response: Buffer) => void) {}

  /**
   * @param bytes what has come next, cut anywhere; not kept
   * @throws Error where what comes is no response of Kafka
   */
  take(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      const place = this.response ?? this.head;
      const count = bytes.copy(place, this.filled, at);
      at += count;
      this.filled += count;
      if (this.filled < place.length) return;
      const whole = this.response;
      this.response = whole ? undefined : Buffer.allocUnsafeSlow(this.size());
      this.filled = 0;
      if (whole) this.onResponse(whole);
    }
  }

  private size(): number {
    const size = this.head.readInt32BE();
    if (size < CORRELATION_ID || size > MOST_BYTES)
      throw new Error(
        `no Kafka broker answers at this port, which tells of a response of ${size} bytes; is it of TLS?`,
      );
    return size;
  }
}

const responsesOf = new WeakMap<net.Socket, Responses>();

/**
 * Has kafkajs put a response together as it comes. It keeps all pieces of it, joins them when the last one is there, joins that
 * with what it had left of the response before, which is nothing, and keeps that whole for as long as no other comes: of 3 MB that
 * are fetched, 9 MB.
 */
export function putTogetherAsItComes(): void {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/connection') as {
    prototype: Connection;
  };
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its object below
  const { processData } = prototype;
  prototype.processData = function (bytes) {
    const { authHandlers, socket } = this;
    if (authHandlers) return processData.call(this, Buffer.from(bytes));
    let responses = responsesOf.get(socket);
    if (!responses) {
      responses = new Responses((response) => {
        this.requestQueue.fulfillRequest({
          correlationId: response.readInt32BE(),
          payload: response.subarray(CORRELATION_ID),
          size: response.length,
        });
      });
      responsesOf.set(socket, responses);
    }
    try {
      responses.take(bytes);
    } catch (error) {
      socket.destroy(error as Error);
    }
  };
}

/**
 * A socket to a broker that reads into one piece of memory, over and over: what it tells of as `data` is to be copied at once.
 * Node's own way is new memory for each read.
 */
export const openSocket: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const onread = {
    buffer: Buffer.allocUnsafeSlow(BYTES_READ_AT_ONCE),
    callback: (count: number, bytes: Uint8Array): boolean => {
      socket.emit('data', (bytes as Buffer).subarray(0, count));
      return true;
    },
  };
  // kafkajs gives nothing where its type says that it gives the settings of TLS.
  const socket = (ssl as typeof ssl | undefined)
    ? tls.connect({ host, port, ...(!net.isIP(host) && { servername: host }), ...ssl }, onConnect)
    : net.connect({ host, port, onread }, onConnect);
  return socket.setKeepAlive(true, KEEP_ALIVE_AFTER_MS);
};
