import { pollUntil } from './poll-until.js';

const unanswered = () => Promise.resolve<string | undefined>(undefined);

describe('polling', () => {
  it('ends with the first answer', async () => {
    let calls = 0;
    const answer = await pollUntil(() => Promise.resolve(++calls < 3 ? undefined : 'here'), {
      timeoutMs: 60_000,
    });
    expect(answer).toBe('here');
    expect(calls).toBe(3);
  });

  it('ends without an answer after the timeout', async () => {
    expect(await pollUntil(unanswered, { timeoutMs: 20 })).toBeUndefined();
  });

  it('ends with the reason of a signal that aborts', async () => {
    const signal = AbortSignal.timeout(20);
    await expect(pollUntil(unanswered, { timeoutMs: 60_000, signal })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });

  it('fails with the error of a question that fails', async () => {
    const failing = () => Promise.reject(new Error('no such question'));
    await expect(pollUntil(failing, { timeoutMs: 60_000 })).rejects.toThrow('no such question');
  });
});
