import type { Client, Connection, Submittable } from 'pg';

const COLUMNS = 'position, stream, revision, event_id, type, version, data, metadata, hash, stored_at';
/** Bytes of COPY data sent in one message. */
const CHUNK = 65_536;

type CopyingConnection = Connection & {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
};

/** A COPY statement, in messages of the protocol: the driver has no other support for COPY. */
class CopyStatement implements Submittable {
  readonly done: Promise<void>;
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  readonly received: Buffer[] = [];

  constructor(
    private readonly statement: string,
    private readonly input: Buffer = Buffer.alloc(0),
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
    for (let at = 0; at < this.input.length; at += CHUNK) {
      connection.sendCopyFromChunk(this.input.subarray(at, at + CHUNK));
    }
    connection.endCopyFrom();
  }

  handleCopyData({ chunk }: { chunk: Buffer }): void {
    // A copy, because the driver reuses its buffer.
    this.received.push(Buffer.from(chunk));
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

/** The rows of the log after a position, in the text format of COPY. */
export async function rowsAfter(position: string, client: Client): Promise<Buffer> {
  const copy = new CopyStatement(
    `copy (select ${COLUMNS} from public.event_log where position > ${BigInt(position)} order by position) to stdout`,
  );
  client.query(copy);
  await copy.done;
  return Buffer.concat(copy.received);
}

/** Copies such rows into the log of another database, in one transaction. */
export async function copyRows(rows: Buffer, client: Client): Promise<void> {
  const copy = new CopyStatement(`copy public.event_log (${COLUMNS}) from stdin`, rows);
  client.query(copy);
  await copy.done;
}
