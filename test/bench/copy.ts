import type { Client, Connection, Submittable } from 'pg';

const COLUMNS = 'position, stream, revision, event_id, type, version, data, metadata, hash, stored_at';
/** Bytes of COPY data sent in one message. */
const CHUNK = 65_536;

type CopyingConnection = Connection & {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
};

/** A statement that copies, in the protocol's own messages: the driver has no other way to send or take them. */
class Copying implements Submittable {
  readonly done: Promise<void>;
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  readonly taken: Buffer[] = [];

  constructor(
    private readonly statement: string,
    private readonly given: Buffer = Buffer.alloc(0),
  ) {
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  submit(connection: Connection): void {
    connection.query(this.statement);
  }

  handleCopyInResponse(connection: CopyingConnection): void {
    for (let at = 0; at < this.given.length; at += CHUNK) {
      connection.sendCopyFromChunk(this.given.subarray(at, at + CHUNK));
    }
    connection.endCopyFrom();
  }

  handleCopyData({ chunk }: { chunk: Buffer }): void {
    // The driver uses its buffer again.
    this.taken.push(Buffer.from(chunk));
  }

  handleCommandComplete(): void {
    // `handleReadyForQuery` follows.
  }

  handleError(error: Error): void {
    this.#reject(error);
  }

  handleReadyForQuery(): void {
    this.#resolve();
  }
}

/** The rows of the log after a position, as COPY writes them. */
export async function rowsAfter(position: string, client: Client): Promise<Buffer> {
  const copying = new Copying(
    `copy (select ${COLUMNS} from public.event_log where position > ${BigInt(position)} order by position) to stdout`,
  );
  client.query(copying);
  await copying.done;
  return Buffer.concat(copying.taken);
}

/** Copies such rows into the log of another database, in one transaction. */
export async function copyRows(rows: Buffer, client: Client): Promise<void> {
  const copying = new Copying(`copy public.event_log (${COLUMNS}) from stdin`, rows);
  client.query(copying);
  await copying.done;
}
