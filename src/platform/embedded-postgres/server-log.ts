import { copyFile, open, stat, truncate, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoreErrors } from '../system-error.js';

/** A log that is larger becomes `server.log.1`, in place of the previous one. */
const MAX_BYTES = 10_000_000;
const ROTATION_INTERVAL_MS = 60_000;

/** The server's log in the state folder. The server itself only holds it open and appends. */
export class ServerLog {
  readonly path: string;

  constructor(stateFolder: string) {
    this.path = join(stateFolder, 'server.log');
  }

  /** Opens it for a server to append to; the caller has to close it. */
  async open(): Promise<FileHandle> {
    await this.rotate();
    return open(this.path, 'a', 0o600);
  }

  /** Its length in bytes. */
  async length(): Promise<number> {
    return (await ignoreErrors(['ENOENT'], stat(this.path)))?.size ?? 0;
  }

  /** All that was written after a length in bytes, but at most the last 20,000 bytes. */
  async readFrom(length: number): Promise<string> {
    const file = await ignoreErrors(['ENOENT'], open(this.path, 'r'));
    if (file === undefined) return '';
    try {
      const { size } = await file.stat();
      const from = Math.max(length, size - 20_000);
      const bytes = Buffer.alloc(Math.max(size - from, 0));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
      return bytes.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  }

  /** Rotates it when it is too large, until the returned function is called. */
  rotateRegularly(): () => void {
    const timer = setInterval(() => {
      // A failure (a full disk, a removed folder) must not disturb the users of the database.
      this.rotate().catch(() => undefined);
    }, ROTATION_INTERVAL_MS).unref();
    return () => {
      clearInterval(timer);
    };
  }

  /** Truncates the file in place, since the server keeps it open; as it appends, it continues at the new end. */
  private async rotate(): Promise<void> {
    if ((await this.length()) <= MAX_BYTES) return;
    await copyFile(this.path, `${this.path}.1`);
    await truncate(this.path);
  }
}

/** The last lines of a text, for a message. */
export function lastLines(text: string, count = 8): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
