import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { types } from 'node:util';
import { complaint, NOT_UPHELD } from './http-cases.js';

/** A command that was acknowledged, and how. */
type Acknowledged = Readonly<{ path: string; body: object; key: string; answer: unknown }>;

/** Why a request was not served: the type of its problem, or `no server`. */
type Refusal = string;

/** The longest time until a request has an answer, even a refusal, in milliseconds. */
const REQUEST_TIMEOUT_MS = 15_000;
/** How long a request that is not served is repeated, and the pause before each repeat, in milliseconds. */
const RETRY_FOR_MS = 60_000;
const RETRY_PAUSE_MS = 40;
/** Pause between two cases, in milliseconds, so that a slow test does not record thousands of them. */
const PAUSE_BETWEEN_CASES_MS = 25;

/**
 * Records cases over HTTP, one after another, and reads them and the statistics in between. It repeats a request that
 * is not served under the same key. Anything but an answer or a clear problem is an error.
 */
export class Caseworker {
  readonly acknowledged: Acknowledged[] = [];
  /** Why commands (POST) and queries (GET) were not served. */
  readonly refused: Readonly<Record<'POST' | 'GET', Refusal[]>> = { POST: [], GET: [] };
  /** Cases that were received and decided. */
  readonly references: string[] = [];

  constructor(
    /** 0 to 9: no two record the same cases. */
    private readonly number: number,
    /** The server to ask next; a test may change it. */
    private readonly server: () => string,
    /** Whether there may be no server for a while. */
    private readonly serversMayEnd = false,
  ) {}

  /** Records cases until the signal aborts, and finishes the last one. */
  async workUntil(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const reference = `19${this.number}${String(this.references.length).padStart(5, '0')}`;
      await this.command('/v1/complaints', complaint(reference));
      const decided = await this.command(`/v1/complaints/${reference}/decisions`, NOT_UPHELD);
      this.references.push(reference);
      const seen = (await this.query(`/v1/complaints/${reference}`)) as { revision: number };
      if (seen.revision !== decided.revision) throw new Error(`${reference} is not as it was acknowledged`);
      await this.query('/v1/authorities/E07000129/statistics/2019-20');
      await pause(PAUSE_BETWEEN_CASES_MS);
    }
  }

  /** Sends every acknowledged command again. @returns those whose answer is not the same. */
  async repeatAll(): Promise<readonly Acknowledged[]> {
    const others: Acknowledged[] = [];
    for (const command of this.acknowledged) {
      const again = await this.ask('POST', command.path, command.body, command.key);
      if (JSON.stringify(again) !== JSON.stringify(command.answer)) others.push(command);
    }
    return others;
  }

  /** Repeats a query until there is an answer. */
  query(path: string): Promise<unknown> {
    return this.ask('GET', path);
  }

  private async command(path: string, body: object): Promise<{ revision: number }> {
    const key = randomUUID();
    const answer = await this.ask('POST', path, body, key);
    this.acknowledged.push({ path, body, key, answer });
    return answer as { revision: number };
  }

  private async ask(method: 'POST' | 'GET', path: string, body?: object, key?: string): Promise<unknown> {
    const deadline = performance.now() + RETRY_FOR_MS;
    for (;;) {
      const answer = await this.once(method, path, body, key);
      if ('body' in answer) return answer.body;
      this.refused[method].push(answer.refusal);
      if (performance.now() > deadline)
        throw new Error(`${method} ${path} was never served: ${answer.refusal}`);
      await pause(RETRY_PAUSE_MS);
    }
  }

  /** @throws when there is neither an answer nor a clear problem. */
  private async once(
    method: 'POST' | 'GET',
    path: string,
    body: object | undefined,
    key: string | undefined,
  ): Promise<{ body: unknown } | { refusal: Refusal }> {
    const url = this.server() + path;
    const response = await fetch(url, {
      method,
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
    }).catch((error: unknown) => {
      if (this.serversMayEnd && isCut(error)) return null;
      throw new Error(`${method} ${path}: no answer`, { cause: error });
    });
    if (response === null) return { refusal: 'no server' };
    const text = await response.text().catch(() => null);
    // The server was killed while it sent its answer.
    if (text === null && this.serversMayEnd) return { refusal: 'no server' };
    const parsed = jsonOf(text);
    if (response.ok && parsed !== undefined) return { body: parsed };
    const problem = (parsed ?? {}) as { type?: string; status?: number; detail?: string };
    const isClear =
      response.status === 503 &&
      problem.status === 503 &&
      response.headers.get('content-type') === 'application/problem+json' &&
      response.headers.get('retry-after') !== null &&
      /^urn:upheld:problem:[a-z-]+$/.test(problem.type ?? '') &&
      !/\n|\bat \S+ \(|node:|\bselect\b|\bpostgres:\/\//.test(text ?? '');
    if (!isClear) throw new Error(`${method} ${path}: ${response.status} ${text ?? '(cut short)'}`);
    return { refusal: problem.type ?? '' };
  }
}

/** The value of a JSON text; undefined for one that was cut short, is empty or is not JSON. */
function jsonOf(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a connection was refused or broke. On a timeout `fetch` fails with another error. */
function isCut(error: unknown): boolean {
  // `instanceof` would be false: the error comes from another realm than Jest's.
  return types.isNativeError(error) && error.name === 'TypeError';
}
