/**
 * The answers to statements of one transaction that were sent, in the order given, without waiting for each other's.
 * Also when one fails it waits for all: what follows from the answer to another must not be sent after the transaction
 * has ended.
 * @throws what the first in that order to fail failed with; the server refuses those after it for that alone.
 */
export async function pipelined<Answers extends readonly unknown[]>(work: {
  [Statement in keyof Answers]: Promise<Answers[Statement]>;
}): Promise<Answers> {
  for (const outcome of await Promise.allSettled(work)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
  return Promise.all(work) as Promise<unknown> as Promise<Answers>;
}
