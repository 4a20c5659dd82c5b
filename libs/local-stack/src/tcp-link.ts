import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket, connect } from 'node:net';
import { freePort } from './free-port.js';

/**
 * What a link does to what passes: `open` nothing; `cut` ends every connection and lets none begin; `hung` takes what is
 * sent and passes nothing on; `slow` passes everything on later; `drops-replies` passes requests on and swallows what is
 * answered, then ends the connection: whoever asked does not learn that it took effect.
 */
export type LinkMode = 'open' | 'cut' | 'hung' | 'slow' | 'drops-replies';

/** After the first answer that was swallowed, a connection is left open for so long, so that more requests pass. */
const ENDS_AFTER_MS = 250;

interface Passage {
  readonly client: Socket;
  readonly server: Socket;
  /** Bytes are missing from it: it can only be ended. */
  torn: boolean;
}

/** A TCP proxy in front of one server, for one who uses it: the wire between the two, which a test can disturb. */
export class TcpLink {
  readonly port: number;
  readonly address: string;
  #listener: Server;
  #target: number;
  #mode: LinkMode = 'open';
  #delayMs = 0;
  #passages = new Set<Passage>();
  #swallowed = 0;

  private constructor(listener: Server, port: number, target: number) {
    this.#listener = listener;
    this.#target = target;
    this.port = port;
    this.address = `127.0.0.1:${port}`;
    listener.on('connection', (client) => this.#begin(client));
  }

  /** @param target the port of the server on 127.0.0.1, which need not listen yet */
  static async create(target: number): Promise<TcpLink> {
    const port = await freePort();
    const listener = createServer({ allowHalfOpen: false, noDelay: true }).listen(port, '127.0.0.1');
    await once(listener, 'listening');
    listener.unref();
    return new TcpLink(listener, (listener.address() as AddressInfo).port, target);
  }

  get mode(): LinkMode {
    return this.#mode;
  }

  /** How many times something was swallowed since the link was made. */
  get swallowed(): number {
    return this.#swallowed;
  }

  /**
   * What connections there are go on in the new mode; those that miss bytes by the old one end.
   * @param delayMs for `slow`: how much later everything comes, each way
   */
  set(mode: LinkMode, delayMs = 0): void {
    this.#mode = mode;
    this.#delayMs = delayMs;
    for (const passage of this.#passages) if (mode === 'cut' || passage.torn) end(passage);
  }

  async close(): Promise<void> {
    const closed = once(this.#listener, 'close');
    this.#listener.close();
    for (const passage of this.#passages) end(passage);
    await closed;
  }

  #begin(client: Socket): void {
    client.on('error', () => undefined);
    if (this.#mode === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ host: '127.0.0.1', port: this.#target, noDelay: true });
    const passage: Passage = { client, server, torn: false };
    this.#passages.add(passage);
    server.on('error', () => undefined);
    const over = (): void => {
      this.#passages.delete(passage);
      // What was passed on already still arrives.
      client.destroySoon();
      server.destroySoon();
    };
    const later: Record<'asked' | 'answered', Buffer[]> = { asked: [], answered: [] };
    client.once('close', over);
    server.once('close', over);
    client.on('data', (bytes) => {
      if (this.#mode === 'hung') this.#swallow(passage);
      else this.#pass(client, server, bytes, later.asked);
    });
    server.on('data', (bytes) => {
      if (this.#mode === 'hung' || this.#mode === 'drops-replies' || passage.torn) this.#swallow(passage);
      else this.#pass(server, client, bytes, later.answered);
    });
  }

  #swallow(passage: Passage): void {
    this.#swallowed++;
    if (passage.torn) return;
    passage.torn = true;
    if (this.#mode === 'drops-replies') setTimeout(() => end(passage), ENDS_AFTER_MS).unref();
  }

  /** @param later what waits to be passed on: however long each piece was to wait, the first one goes first */
  #pass(from: Socket, to: Socket, bytes: Buffer, later: Buffer[]): void {
    const pass = (piece: Buffer): void => {
      if (to.destroyed || to.write(piece)) return;
      from.pause();
      to.once('drain', () => from.resume());
    };
    if (this.#delayMs === 0 && later.length === 0) return pass(bytes);
    later.push(bytes);
    setTimeout(() => pass(later.shift()!), this.#delayMs);
  }
}

function end({ client, server }: Passage): void {
  client.destroy();
  server.destroy();
}
