import { createHash } from 'node:crypto';
import { BLABY, letterOf } from '../../../test/support/letters.js';
import { pagesOf, readAloud, withPdf } from '../../../test/support/pdf.js';
import { DomainRefusal, Unavailable } from '../../platform/errors.js';
import { PdfWorkers, type PdfWorkersOptions } from './pdf-workers.js';

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A worker that answers at once with its own number and the count of its letters, and ends when told to. */
const STAND_IN = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort, threadId } from 'node:worker_threads';
    let letters = 0;
    parentPort.on('message', ({ subject }) => {
      if (subject === 'exit') process.exit(3);
      if (subject === 'throw') throw new Error('out of ink');
      letters += 1;
      if (subject !== 'never') parentPort.postMessage({ pdf: new Uint8Array([threadId, letters]) });
    });
  `)}`,
);

async function withPress<T>(options: PdfWorkersOptions, use: (press: PdfWorkers) => Promise<T>): Promise<T> {
  const press = new PdfWorkers(options);
  try {
    return await use(press);
  } finally {
    await press.close();
  }
}

describe('the press', () => {
  it('sets each letter as asked, with the same bytes in any thread', async () => {
    const texts = ['One.', 'Two.', 'Three.', 'One.', 'Two.', 'Three.'];
    const models = await Promise.all(texts.map((text) => letterOf(BLABY, { paragraphs: [text] })));
    await withPress({ workers: 2 }, async (press) => {
      const pdfs = await Promise.all(models.map((model) => press.render(model)));
      for (const [index, pdf] of pdfs.entries()) {
        const text = await withPdf(pdf, async (document) => readAloud(await pagesOf(document)));
        expect(text).toContain(`before that day. ${texts[index] ?? ''} Resources`);
      }
      expect(pdfs.slice(3).map(sha256)).toEqual(pdfs.slice(0, 3).map(sha256));
    });
  });

  it('passes on the refusal of a letter and goes on with the next', async () => {
    await withPress({ workers: 1 }, async (press) => {
      const refused = press.render(await letterOf(BLABY, { paragraphs: ['🙏'] }));
      const next = press.render(await letterOf(BLABY));
      await expect(refused).rejects.toThrow(DomainRefusal);
      await expect(refused).rejects.toMatchObject({ code: 'unprintable-character' });
      expect((await next).length).toBeGreaterThan(10_000);
    });
  });

  it('replaces a worker after its share of letters', async () => {
    const model = await letterOf(BLABY);
    await withPress({ workers: 1, lettersPerWorker: 2, worker: STAND_IN }, async (press) => {
      const answers = await Promise.all([1, 2, 3, 4, 5].map(() => press.render(model)));
      expect(answers.map((pdf) => pdf[1])).toEqual([1, 2, 1, 2, 1]);
      expect(new Set(answers.map((pdf) => pdf[0])).size).toBe(3);
    });
  });

  it.each([
    ['exit', 'its worker ended with code 3'],
    ['throw', 'out of ink'],
  ])('rejects the one letter whose worker fails (%s), with the reason', async (subject, reason) => {
    const model = await letterOf(BLABY);
    await withPress({ workers: 2, worker: STAND_IN }, async (press) => {
      const results = await Promise.allSettled(
        ['a', subject, 'b', 'c', 'd'].map((text) => press.render({ ...model, subject: text })),
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

  it('uses no more threads than it is told', async () => {
    const model = await letterOf(BLABY);
    await withPress({ workers: 2, worker: STAND_IN }, async (press) => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => press.render(model)));
      expect(new Set(answers.map((pdf) => pdf[0])).size).toBe(2);
    });
  });

  it('when closed rejects what it has not set, and what comes after', async () => {
    const model = await letterOf(BLABY);
    const press = new PdfWorkers({ workers: 1, worker: STAND_IN });
    const open = [press.render({ ...model, subject: 'never' }), press.render(model)];
    const settled = Promise.allSettled(open);
    await press.close();
    expect((await settled).map((result) => result.status)).toEqual(['rejected', 'rejected']);
    await expect(press.render(model)).rejects.toThrow('the press was closed');
  });
});
