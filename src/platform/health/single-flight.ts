/**
 * Shares the answer of a question that is still under way, instead of asking it once more: however often it is
 * asked, a server that does not answer is kept waiting for by one.
 */
export function singleFlight<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let underWay: Promise<Answer> | undefined;
  return () => {
    underWay ??= ask().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}
