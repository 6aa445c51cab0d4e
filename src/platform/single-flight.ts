/**
 * Shares one call among all who ask while it is under way, so that a server that does not answer is waited for once,
 * however many ask. A call that starts after the answer came asks anew.
 */
export function singleFlight<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let pending: Promise<Answer> | undefined;
  return () => {
    pending ??= ask().finally(() => {
      pending = undefined;
    });
    return pending;
  };
}
