import { singleFlight } from './single-flight.js';

it('asks once while an answer is pending, and again after it came', async () => {
  const open: ((answer: number) => void)[] = [];
  const ask = singleFlight(() => new Promise<number>((resolve) => open.push(resolve)));
  const [one, other] = [ask(), ask()];
  expect(open).toHaveLength(1);
  open[0]?.(1);
  expect(await Promise.all([one, other])).toEqual([1, 1]);
  const later = ask();
  expect(open).toHaveLength(2);
  open[1]?.(2);
  expect(await later).toBe(2);
});

it('passes a failure to all who wait, and asks again after it', async () => {
  let asked = 0;
  const ask = singleFlight(() => {
    asked += 1;
    return asked === 1 ? Promise.reject(new Error('away')) : Promise.resolve('back');
  });
  const both = await Promise.allSettled([ask(), ask()]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await ask()).toBe('back');
});
