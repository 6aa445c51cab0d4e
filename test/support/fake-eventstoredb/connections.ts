import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** The server's TCP connections on loopback, which tests can cut and refuse. */
export class Connections {
  readonly #open = new Set<Socket>();
  #listener: Server | undefined;
  #port: number;

  /** @param port 0 for any free one, which is used again after a restart. */
  constructor(
    private readonly accept: (socket: Socket) => void,
    port: number,
  ) {
    this.#port = port;
  }

  get port(): number {
    return this.#port;
  }

  /** Accepts connections, on the same port as before. */
  async listen(): Promise<void> {
    if (this.#listener !== undefined) return;
    const listener = createServer((socket) => {
      this.#open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#open.delete(socket));
      this.accept(socket);
    });
    this.#listener = listener.listen(this.#port, '127.0.0.1');
    await once(listener, 'listening');
    this.#port = (listener.address() as AddressInfo).port;
  }

  /** Cuts all connections and refuses new ones. */
  async refuse(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    const closed = listener && once(listener, 'close');
    listener?.close();
    this.severAll();
    await closed;
  }

  severAll(): void {
    for (const socket of this.#open) socket.destroy();
  }

  /** @param peer `address:port` of the client. */
  sever(peer: string): void {
    for (const socket of this.#open) {
      if (peer.endsWith(`:${String(socket.remotePort)}`)) socket.destroy();
    }
  }
}
