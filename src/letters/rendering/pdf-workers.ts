import { availableParallelism } from 'node:os';
import { Tinypool } from 'tinypool';
import { DomainRefusal, Unavailable } from '../../platform/errors.js';
import type { LetterModel } from '../model/letter-model.js';
import type { PdfWorkerResult } from './pdf.worker.js';

export type PdfWorkersOptions = Readonly<{
  /** Letters rendered at the same time; the machine's threads when left out, but no more than 8. */
  workers?: number;
  /** Letters after which a worker is replaced, because its compiler leaks memory. */
  lettersPerWorker?: number;
  /** The compiled file of the worker. */
  worker?: URL;
}>;

// A worker needs compiled code. In the tests this file runs as TypeScript and uses the worker of the build.
const WORKER = new URL(
  import.meta.url.endsWith('.ts') ? '../../../dist/letters/rendering/pdf.worker.js' : './pdf.worker.js',
  import.meta.url,
);

/** Renders letters as PDF in worker threads. A letter that cannot be rendered rejects alone. */
export class PdfWorkers {
  /** How many letters are rendered at the same time. */
  readonly workers: number;
  readonly #lettersPerWorker: number;
  readonly #worker: string;
  readonly #pool: Tinypool;
  readonly #watched = new WeakSet<object>();
  #rendered = 0;
  #closed = false;

  constructor({ workers, lettersPerWorker = 200, worker = WORKER }: PdfWorkersOptions = {}) {
    this.workers = Math.max(1, workers ?? Math.min(availableParallelism(), 8));
    this.#lettersPerWorker = lettersPerWorker;
    this.#worker = worker.href;
    this.#pool = new Tinypool({
      // The pool replaces a failed worker only to keep its minimum.
      minThreads: this.workers,
      maxThreads: this.workers,
      // With atomics several answers arrive at once, and a worker due for replacement would render more letters.
      useAtomics: false,
    });
    // Emitted for a worker that failed between two letters: it is replaced, and no letter is lost.
    this.#pool.on('error', () => undefined);
    this.#watchExits();
  }

  /**
   * The letter's PDF, the same bytes as `renderPdf` gives.
   * @throws DomainRefusal as `renderPdf`; Unavailable `letter-not-rendered` when its worker failed or the workers
   * are closed: nothing of the letter exists then, and it is safe to try again.
   */
  async render(model: LetterModel): Promise<Uint8Array> {
    if (this.#closed) throw notRendered(model, CLOSED);
    const result = await this.#run(model);
    if ('pdf' in result) return result.pdf;
    const { code, message, field } = result.refused;
    throw new DomainRefusal(code, message, field);
  }

  /** Ends the workers. Letters that are not rendered yet reject. */
  async close(): Promise<void> {
    this.#closed = true;
    // Otherwise the pool would start a worker after the end, in place of one that was due for replacement.
    this.#pool.options.minThreads = 0;
    await this.#pool.destroy();
  }

  async #run(model: LetterModel): Promise<PdfWorkerResult> {
    try {
      // The file is not named in the pool's options, because a pool whose workers fail to start never settles its
      // queue. Named here, a file that cannot be loaded rejects its letters.
      return (await this.#pool.run(model, { filename: this.#worker })) as PdfWorkerResult;
    } catch (error) {
      throw notRendered(model, this.#closed ? CLOSED : reasonOf(error));
    } finally {
      this.#recycle();
      this.#watchExits();
    }
  }

  /**
   * Replaces all workers once they have rendered `lettersPerWorker` each on average: the pool counts no letters by
   * worker. A busy worker is replaced only after its present letter, hence one letter less here.
   */
  #recycle(): void {
    this.#rendered += 1;
    const share = this.#lettersPerWorker * this.workers;
    if (this.#closed || this.#rendered % share !== share - this.workers) return;
    const watch = () => {
      this.#watchExits();
    };
    void this.#pool.recycleWorkers().then(watch, watch);
  }

  /** The pool does not notice a worker that ends without an error (`process.exit`): its letter would never settle. */
  #watchExits(): void {
    for (const thread of this.#pool.threads) {
      if (this.#watched.has(thread)) continue;
      this.#watched.add(thread);
      thread.once('exit', (code: number) => {
        if (!this.#pool.threads.includes(thread)) return;
        thread.emit('error', new Error(`its worker ended with code ${code}`));
        this.#watchExits();
      });
    }
  }
}

const CLOSED = 'the workers were closed';

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function notRendered({ authority }: LetterModel, reason: string): Unavailable {
  return new Unavailable(
    'letter-not-rendered',
    `the letter to ${authority.code} could not be rendered: ${reason}`,
  );
}
