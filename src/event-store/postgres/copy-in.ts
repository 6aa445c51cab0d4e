import { Query, type Connection, type PoolClient } from 'pg';

/** Methods of the driver's connection that COPY needs and its types leave out. */
type CopyingConnection = Connection & {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
};

/** Bytes of one message. The driver copies each into a buffer of its own. */
const CHUNK = 65_536;

/**
 * Sends COPY … FROM STDIN with its data at once, without waiting for the server to ask for them: the server handles
 * messages in order, and skips the data when the statement fails. So COPY can be pipelined with other statements. The
 * driver pipelines only its own class of queries, which `pg-copy-streams` does not use; and it waits for the server.
 *
 * @param statement one COPY … FROM STDIN, without parameters.
 * @param data all the data in the statement's format, with its trailer.
 *
 * @throws DatabaseError when the server refuses the statement or a row: the transaction is then aborted and nothing is
 *   stored. The driver's Error when the connection is lost, or silent for longer than its `query_timeout`.
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

  /** The data have been sent already. */
  handleCopyInResponse(): void {}
}
