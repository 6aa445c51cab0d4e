/**
 * Asks the API on this machine `/health/live`, or another question of /health named as its argument, for containers
 * whose image has no other HTTP client. Says why and ends with 1 when the answer is no.
 */
const [, , question = 'live'] = process.argv;
const port = process.env['UPHELD_PORT'] || '3000';

try {
  const answer = await fetch(`http://127.0.0.1:${port}/health/${question}`, {
    signal: AbortSignal.timeout(4_000),
  });
  if (!answer.ok) throw new Error(`${answer.status}: ${(await answer.json()).detail}`);
} catch (error) {
  console.error(`not ${question}: ${error.cause?.message || error.message}`);
  process.exitCode = 1;
}
