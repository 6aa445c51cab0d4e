import { notComplied, upheldCase, upheldCases } from '../../../test/support/case-histories.js';
import { load, newStore } from '../../../test/support/case-loading.js';
import { day } from '../../../test/support/complaints.js';
import { MAX_CHECKS } from '../compliance-check/compliance-check.decide.js';
import { MAX_RECOMMENDATIONS } from '../recommendation/recommendation.decide.js';

describe('the largest case the rules allow', () => {
  const ids = Array.from({ length: MAX_RECOMMENDATIONS }, (_, index) => `recommendation-${index + 1}`);
  const dates = Array.from({ length: MAX_CHECKS }, (_, index) => `2020-01-${index + 10}`);
  const largest = {
    recommendations: ids.map((recommendation) => ({
      recommendation,
      kind: 'service-improvement' as const,
      category: 'x'.repeat(200),
      // A quotation mark takes two bytes of JSON.
      text: '"'.repeat(2_000),
      dueOn: day('2019-12-02'),
    })),
    checks: ids.flatMap((id) => dates.map((date) => notComplied(id, date))),
  };

  it('fits one append', async () => {
    expect(await load(await newStore(), [upheldCase(1, largest)])).toMatchObject({
      added: 1,
      events: 3 + MAX_RECOMMENDATIONS * (1 + MAX_CHECKS),
      problems: [],
    });
  });

  it('makes a batch of its own', async () => {
    let batches = 0;
    const onBatch = () => {
      batches += 1;
    };
    await load(await newStore(), upheldCases(6, largest), { batchSize: 500, onBatch });
    expect(batches).toBe(6);
  });
});

describe('a case too large for one append', () => {
  it('is refused, and the cases beside it are stored', async () => {
    const evidence = '€'.repeat(2_000);
    const checks = Array.from({ length: 20 }, (_, index) => index + 10).flatMap((date) =>
      Array.from({ length: 10 }, (_, index) => ({
        ...notComplied(`r${index + 1}`, `2020-01-${date}`),
        evidence,
      })),
    );
    const recommendations = Array.from({ length: 10 }, (_, index) => ({
      recommendation: `r${index + 1}`,
      kind: 'personal' as const,
      category: 'Apology',
      text: 'Apologise.',
      dueOn: day('2019-12-02'),
    }));
    const store = await newStore();
    const result = await load(store, [
      upheldCase(1),
      upheldCase(2, { recommendations, checks }),
      upheldCase(3),
    ]);
    expect(result).toMatchObject({ added: 2, refused: 1 });
    expect(result.problems).toEqual([
      'a case: an append to complaint-19000002 is larger than 1000000 bytes (19 000 002 not stored)',
    ]);
  });
});
