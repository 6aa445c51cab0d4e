/**
 * Shares one call among all callers that come while it is under way, so that only one call waits for a server that does
 * not answer. A caller that comes after the answer starts a new call.
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
