/**
 * Waits for the answers to statements of one transaction that were sent without waiting for each other's answers, and
 * returns them in the order given. When a statement fails it still waits for all: a caller must not send another
 * statement after the transaction has ended.
 * @throws the error of the first statement that failed, in the order given; the server refuses all statements after it
 *   because of that one.
 */
export async function pipelined<Answers extends readonly unknown[]>(work: {
  [Statement in keyof Answers]: Promise<Answers[Statement]>;
}): Promise<Answers> {
  for (const outcome of await Promise.allSettled(work)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
  return Promise.all(work) as Promise<unknown> as Promise<Answers>;
}
