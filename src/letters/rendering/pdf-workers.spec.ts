import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { BLABY, letterOf } from '../../../test/support/letters.js';
import { pagesOf, readAloud, withPdf } from '../../../test/support/pdf.js';
import { DomainRefusal, Unavailable } from '../../platform/errors.js';
import { renderPdf } from './render-pdf.js';
import { PdfWorkers, type PdfWorkersOptions } from './pdf-workers.js';

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A worker that answers with its thread's number and how many letters it had, and fails where the subject says so. */
const FAKE_WORKER = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { threadId } from 'node:worker_threads';
    let letters = 0;
    export default function render({ subject }) {
      if (subject === 'exit') process.exit(3);
      if (subject === 'throw') throw new Error('out of ink');
      if (subject === 'exit later') setTimeout(() => process.exit(4), 10);
      if (subject === 'crash') setImmediate(() => { throw new Error('out of paper'); });
      if (subject === 'crash' || subject === 'never') return new Promise(() => undefined);
      letters += 1;
      return { pdf: new Uint8Array([threadId, letters]) };
    }
  `)}`,
);

async function withWorkers<T>(
  options: PdfWorkersOptions,
  use: (workers: PdfWorkers) => Promise<T>,
): Promise<T> {
  const workers = new PdfWorkers(options);
  try {
    return await use(workers);
  } finally {
    await workers.close();
  }
}

describe('PDF workers', () => {
  it('render each letter, with the same bytes as renderPdf in any thread', async () => {
    const texts = ['One.', 'Two.', 'Three.', 'One.', 'Two.', 'Three.'];
    const models = await Promise.all(texts.map((text) => letterOf(BLABY, { paragraphs: [text] })));
    await withWorkers({ workers: 2 }, async (workers) => {
      const pdfs = await Promise.all(models.map((model) => workers.render(model)));
      for (const [index, pdf] of pdfs.entries()) {
        const text = await withPdf(pdf, async (document) => readAloud(await pagesOf(document)));
        expect(text).toContain(`before that day. ${texts[index] ?? ''} Resources`);
      }
      expect(pdfs.map(sha256)).toEqual(models.map((model) => sha256(renderPdf(model))));
    });
  });

  it('pass on the refusal of a letter and render the next', async () => {
    await withWorkers({ workers: 1 }, async (workers) => {
      const refused = workers.render(await letterOf(BLABY, { paragraphs: ['🙏'] }));
      const next = workers.render(await letterOf(BLABY));
      await expect(refused).rejects.toThrow(DomainRefusal);
      await expect(refused).rejects.toMatchObject({ code: 'unprintable-character' });
      expect((await next).length).toBeGreaterThan(10_000);
    });
  });

  it('are replaced after a number of letters', async () => {
    const model = await letterOf(BLABY);
    await withWorkers({ workers: 1, lettersPerWorker: 2, worker: FAKE_WORKER }, async (workers) => {
      const answers = await Promise.all([1, 2, 3, 4, 5].map(() => workers.render(model)));
      expect(answers.map((pdf) => pdf[1])).toEqual([1, 2, 1, 2, 1]);
      expect(new Set(answers.map((pdf) => pdf[0])).size).toBe(3);
    });
  });

  it.each([
    ['exit', 'its worker ended with code 3'],
    ['throw', 'out of ink'],
    ['crash', 'out of paper'],
  ])('reject only the letter whose worker fails (%s), with the reason', async (subject, reason) => {
    const model = await letterOf(BLABY);
    await withWorkers({ workers: 2, worker: FAKE_WORKER }, async (workers) => {
      const results = await Promise.allSettled(
        ['a', subject, 'b', 'c', 'd'].map((text) => workers.render({ ...model, subject: text })),
      );
      expect(results.map((result) => result.status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'fulfilled',
        'fulfilled',
      ]);
      const failure: unknown = results[1]?.status === 'rejected' ? results[1].reason : null;
      expect(failure).toBeInstanceOf(Unavailable);
      expect(failure).toMatchObject({ code: 'letter-not-rendered' });
      expect(String(failure)).toMatch(/the letter to E07000129 could not be rendered: /);
      expect(String(failure)).toContain(reason);
    });
  });

  it('reject every letter when their file cannot be loaded, and leave none waiting', async () => {
    const model = await letterOf(BLABY);
    await withWorkers({ workers: 1, worker: new URL('file:///nonexistent/worker.js') }, async (workers) => {
      const results = await Promise.allSettled([1, 2, 3].map(() => workers.render(model)));
      for (const result of results) {
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'letter-not-rendered' } });
      }
    });
  });

  it('continue after one of them ended between two letters', async () => {
    const model = await letterOf(BLABY);
    await withWorkers({ workers: 1, worker: FAKE_WORKER }, async (workers) => {
      const [first] = await workers.render({ ...model, subject: 'exit later' });
      await new Promise((resolve) => setTimeout(resolve, 100));
      const [second] = await workers.render(model);
      expect(second).not.toBe(first);
    });
  });

  it('run on no more threads than configured', async () => {
    const model = await letterOf(BLABY);
    await withWorkers({ workers: 2, worker: FAKE_WORKER }, async (workers) => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => workers.render(model)));
      expect(new Set(answers.map((pdf) => pdf[0])).size).toBe(2);
    });
  });

  it('when closed reject what is not rendered yet, and what comes after', async () => {
    const model = await letterOf(BLABY);
    const workers = new PdfWorkers({ workers: 1, worker: FAKE_WORKER });
    const open = [workers.render({ ...model, subject: 'never' }), workers.render(model)];
    const settled = Promise.allSettled(open);
    await workers.close();
    expect((await settled).map((result) => result.status)).toEqual(['rejected', 'rejected']);
    await expect(workers.render(model)).rejects.toThrow('the workers were closed');
  });

  it('when closed start no worker in place of one that is due for replacement', async () => {
    // A process of its own, because Jest keeps the event of a new thread from the tests.
    const script = `(async () => {
      const { PdfWorkers } = await import(${JSON.stringify(new URL('../../../dist/letters/rendering/pdf-workers.js', import.meta.url).href)});
      let started = 0;
      process.on('worker', () => (started += 1));
      const worker = new URL(${JSON.stringify(FAKE_WORKER.href)});
      const workers = new PdfWorkers({ workers: 1, lettersPerWorker: 2, worker });
      const letter = { authority: { code: 'E07000129' } };
      const first = workers.render(letter);
      const settled = Promise.allSettled([workers.render({ ...letter, subject: 'never' })]);
      await first;
      await workers.close();
      const [{ reason }] = await settled;
      await new Promise((resolve) => setTimeout(resolve, 200));
      process.stdout.write(started + ' ' + reason.code);
    })()`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], {
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    expect(stdout).toBe('1 letter-not-rendered');
  });
});
