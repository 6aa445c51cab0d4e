import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** What happens to the next commit. */
type CommitFault = 'none' | 'lose-the-answer' | 'lose-the-commit';

/** How a query that commits ends. */
const COMMIT = 'commit\0';

/** A TCP proxy to a PostgreSQL server that can cut, refuse and silence connections, and lose a commit or its answer. */
export class SeverableLink {
  #fault: CommitFault = 'none';
  #faults = 0;
  #silent = false;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  private constructor(private readonly target: URL) {}

  static async to(url: string): Promise<SeverableLink> {
    const link = new SeverableLink(new URL(url));
    await link.open();
    return link;
  }

  /** The server's URL through the proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${this.#port}`;
    return url.href;
  }

  /** Number of commits that had a fault. */
  get faults(): number {
    return this.#faults;
  }

  onNextCommit(fault: CommitFault): void {
    this.#fault = fault;
  }

  /** Cuts all connections, and accepts new ones. */
  sever(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Forwards nothing to the server, on old and new connections, without an error, until it is opened again. */
  silence(): void {
    this.#silent = true;
  }

  /** Cuts all connections and refuses new ones until it is opened again, on the same port. */
  async close(): Promise<void> {
    const closed = this.#server && once(this.#server, 'close');
    this.#server?.close();
    this.sever();
    await closed;
    this.#server = undefined;
  }

  async open(): Promise<void> {
    this.#silent = false;
    if (this.#server !== undefined) return;
    this.#server = createServer((client) => {
      this.#join(client);
    }).listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  #join(client: Socket): void {
    const server = connect(Number(this.target.port || '5432'), this.target.hostname);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      // Forward each piece without delay, like both ends.
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    let answerIsLost = false;
    client.on('data', (bytes) => {
      if (this.#silent) return;
      const fault = bytes.includes(COMMIT) ? this.#fault : 'none';
      if (fault !== 'none') {
        this.#fault = 'none';
        this.#faults += 1;
      }
      if (fault === 'lose-the-commit') client.destroy();
      else server.write(bytes);
      answerIsLost ||= fault === 'lose-the-answer';
    });
    server.on('data', (bytes) => {
      if (!answerIsLost) client.write(bytes);
      // The server has committed when its answer says so, not before.
      else if (bytes.includes('COMMIT')) client.destroy();
    });
  }
}
