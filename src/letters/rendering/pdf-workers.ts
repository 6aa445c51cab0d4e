import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { DomainRefusal, Unavailable } from '../../platform/errors.js';
import type { LetterModel } from '../model/letter-model.js';
import type { PdfWorkerAnswer } from './pdf.worker.js';

export type PdfWorkersOptions = Readonly<{
  /** Letters set at the same time; as many as the machine runs threads, but no more than 8. */
  workers?: number;
  /** Letters after which a worker is replaced, so that what its compiler keeps cannot grow without end. */
  lettersPerWorker?: number;
  /** The worker's compiled file. */
  worker?: URL;
}>;

type Job = Readonly<{
  model: LetterModel;
  resolve: (pdf: Uint8Array) => void;
  reject: (reason: Error) => void;
}>;

type Hand = { readonly thread: Worker; job: Job | null; letters: number };

// A worker needs compiled code. Run as TypeScript, in the tests, this file takes the one of the build.
const WORKER = new URL(
  import.meta.url.endsWith('.ts') ? '../../../dist/letters/rendering/pdf.worker.js' : './pdf.worker.js',
  import.meta.url,
);

/** Sets many letters as PDF in worker threads. A letter that cannot be set rejects; the press goes on. */
export class PdfWorkers {
  /** How many letters are set at the same time. */
  readonly workers: number;
  readonly #lettersPerWorker: number;
  readonly #worker: URL;
  readonly #hands = new Set<Hand>();
  readonly #waiting: Job[] = [];
  #closed = false;

  constructor({ workers, lettersPerWorker = 200, worker = WORKER }: PdfWorkersOptions = {}) {
    this.workers = Math.max(1, workers ?? Math.min(availableParallelism(), 8));
    this.#lettersPerWorker = lettersPerWorker;
    this.#worker = worker;
  }

  /**
   * The letter's PDF, the same bytes as `renderPdf` gives.
   * @throws DomainRefusal as `renderPdf`; Unavailable `letter-not-rendered` when its worker failed or the press
   * is closed: nothing of the letter exists then, and it is safe to try again.
   */
  render(model: LetterModel): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ model, resolve, reject });
      this.#handOut();
    });
  }

  /** Ends the workers; letters not yet set reject. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#handOut();
    const ended = [...this.#hands].map((hand) => this.#dismiss(hand, 'the press was closed'));
    await Promise.all(ended);
  }

  #handOut(): void {
    if (this.#closed) {
      for (const job of this.#waiting.splice(0)) job.reject(notRendered(job, 'the press was closed'));
    }
    while (this.#waiting.length > 0) {
      const idle = [...this.#hands].find((hand) => hand.job === null);
      if (idle === undefined && this.#hands.size >= this.workers) return;
      const job = this.#waiting.shift();
      if (job !== undefined) start(idle ?? this.#hire(), job);
    }
  }

  #hire(): Hand {
    const hand: Hand = { thread: new Worker(this.#worker), job: null, letters: 0 };
    this.#hands.add(hand);
    hand.thread.on('message', (answer: PdfWorkerAnswer) => {
      this.#settle(hand, answer);
    });
    hand.thread.on('error', (error: unknown) => {
      void this.#dismiss(hand, error instanceof Error ? error.message : String(error));
    });
    hand.thread.on('exit', (code) => {
      void this.#dismiss(hand, `its worker ended with code ${code}`);
    });
    return hand;
  }

  #settle(hand: Hand, answer: PdfWorkerAnswer): void {
    const { job } = hand;
    hand.job = null;
    hand.letters += 1;
    // An idle worker must not keep the process alive.
    hand.thread.unref();
    if (job !== null) deliver(job, answer);
    if (hand.letters >= this.#lettersPerWorker) void this.#dismiss(hand, 'its worker was replaced');
    else this.#handOut();
  }

  /** Lets a worker go, once, whatever it was doing; another takes its place when there is work. */
  async #dismiss(hand: Hand, reason: string): Promise<void> {
    if (!this.#hands.delete(hand)) return;
    const { job } = hand;
    hand.job = null;
    job?.reject(notRendered(job, reason));
    this.#handOut();
    await hand.thread.terminate();
  }
}

function start(hand: Hand, job: Job): void {
  hand.job = job;
  hand.thread.ref();
  hand.thread.postMessage(job.model);
}

function deliver(job: Job, answer: PdfWorkerAnswer): void {
  if ('pdf' in answer) job.resolve(answer.pdf);
  else if ('failed' in answer) job.reject(notRendered(job, answer.failed));
  else job.reject(new DomainRefusal(answer.refused.code, answer.refused.message, answer.refused.field));
}

function notRendered({ model }: Job, reason: string): Unavailable {
  return new Unavailable(
    'letter-not-rendered',
    `the letter to ${model.authority.code} could not be rendered: ${reason}`,
  );
}
