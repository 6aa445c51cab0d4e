import { Query, type Connection, type PoolClient } from 'pg';

/** What of the driver's connection COPY needs; its types leave these out. */
type CopyingConnection = Connection & {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
};

/** Bytes of one message; the driver copies each into a buffer of its own. */
const CHUNK = 65_536;

/**
 * Sends COPY … FROM STDIN with its data at once, without waiting to be asked for them: the server takes messages in
 * their order, and passes over the data when the statement fails. So it can stand in a pipeline, where the driver
 * lets no other than its own class of queries in (`pg-copy-streams` is none, and waits besides).
 *
 * @param statement one COPY … FROM STDIN, without parameters.
 * @param data all of it, in the statement's format, with what ends it there.
 *
 * @throws DatabaseError when the server refuses the statement or a row: then the transaction is aborted and nothing is
 *   stored; the driver's Error when the connection is lost, or silent for longer than its `query_timeout`.
 */
export function copyIn(client: PoolClient, statement: string, data: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(
      new CopyIn(statement, data, (error) => {
        if (error) reject(error);
        else resolve();
      }),
    );
  });
}

class CopyIn extends Query {
  constructor(
    private readonly statement: string,
    private readonly data: Buffer,
    callback: (error: Error | undefined) => void,
  ) {
    super({ text: statement }, callback);
  }

  override submit = (connection: Connection): void => {
    const copying = connection as CopyingConnection;
    copying.query(this.statement);
    for (let at = 0; at < this.data.length; at += CHUNK) {
      copying.sendCopyFromChunk(this.data.subarray(at, at + CHUNK));
    }
    copying.endCopyFrom();
  };

  /** The data are on their way already. */
  handleCopyInResponse(): void {}
}
