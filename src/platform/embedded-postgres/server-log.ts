import { copyFile, open, stat, truncate, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { unless } from './system-error.js';

/** The log may grow to this many bytes; then it becomes `server.log.1`, in place of the one before. */
const LARGEST = 10_000_000;
const BOUND_EVERY = 60_000;

/** The server's log, in the state folder: the server itself only holds it open, and appends. */
export class ServerLog {
  readonly path: string;

  constructor(stateFolder: string) {
    this.path = join(stateFolder, 'server.log');
  }

  /** Opens it for a server to append to; the caller closes it. */
  async open(): Promise<FileHandle> {
    await this.bound();
    return open(this.path, 'a', 0o600);
  }

  /** Its length in bytes, from which `since` reads on. */
  async length(): Promise<number> {
    return (await unless(['ENOENT'], stat(this.path)))?.size ?? 0;
  }

  /** What was written after a length, at most the last 20,000 bytes of it. */
  async since(length: number): Promise<string> {
    const file = await unless(['ENOENT'], open(this.path, 'r'));
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

  /** Bounds it from time to time, until the function returned is called. */
  keepBounded(): () => void {
    const timer = setInterval(() => {
      // Whatever is wrong here (a full disk, a folder removed) is no reason to disturb who uses the database.
      this.bound().catch(() => undefined);
    }, BOUND_EVERY).unref();
    return () => {
      clearInterval(timer);
    };
  }

  /** Cut in place, since the server keeps the file open; as it appends, it goes on at the new end. */
  private async bound(): Promise<void> {
    if ((await this.length()) <= LARGEST) return;
    await copyFile(this.path, `${this.path}.1`);
    await truncate(this.path);
  }
}

/** The last lines of a text, for a message. */
export function lastLines(text: string, count = 8): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
