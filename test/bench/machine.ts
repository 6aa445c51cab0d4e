import { availableParallelism, cpus, totalmem } from 'node:os';
import type { Client } from 'pg';

/** The machine in one line: hardware and versions, without the host name. */
export async function machineLine(client: Client): Promise<string> {
  const { rows } = await client.query<{ server_version: string }>('show server_version');
  const model = cpus()[0]?.model.trim() ?? 'unknown CPU';
  return [
    `${availableParallelism()} cores`,
    model,
    `${Math.round(totalmem() / 2 ** 30)} GiB memory`,
    `Node ${process.versions.node}`,
    `PostgreSQL ${rows[0]?.server_version ?? 'unknown'}`,
  ].join(', ');
}
