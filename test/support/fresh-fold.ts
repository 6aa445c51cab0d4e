import { verifyProjection } from '../../src/projections/rebuild/verify-projection.js';
import { openApplication, type Application } from '../../src/application.js';

/**
 * Opens the application on the log of a test, expects that its read models are at the head of the log and equal to a
 * fresh fold of it, byte for byte, and closes it.
 * @param alsoExpect further expectations of the open application.
 */
export async function expectEqualToFreshFold(
  target: Readonly<{ databaseUrl: string } | { dataFolder: string }>,
  {
    signal = new AbortController().signal,
    projecting = true,
    alsoExpect = () => Promise.resolve(),
  }: { signal?: AbortSignal; projecting?: boolean; alsoExpect?: (upheld: Application) => Promise<void> } = {},
): Promise<void> {
  const upheld = await openApplication({
    configuration: {
      dataFolder: '/nonexistent',
      databaseUrl: undefined,
      port: 0,
      logLevel: 'silent',
      ...target,
    },
    notice: () => undefined,
    projecting,
  });
  try {
    if (projecting) await upheld.caughtUp();
    for (const projection of upheld.projections) {
      expect(await verifyProjection({ ...upheld, projection, signal })).toMatchObject({
        position: await upheld.store.head(),
        difference: null,
      });
    }
    await alsoExpect(upheld);
  } finally {
    await upheld.close();
  }
}
