import fc from 'fast-check';
import type { StreamBounds } from '../../../src/event-store/core/stream-bounds.js';

/** Which revision a client expects, relative to the last one it knows. */
export type Expectation = 'last-known' | 'no-stream' | 'one-less' | 'one-more';

/** What a client does next, on the stream with this number. A bulk appends to it and to the next one. */
export type Step = Readonly<{ stream: number; pause: number }> &
  (
    | Readonly<{ kind: 'append' | 'bulk'; events: number; expected: Expectation; repeats: number }>
    | Readonly<{ kind: 'read'; bounds: StreamBounds }>
  );

/** The steps of several concurrent clients. */
export type Clients = readonly (readonly Step[])[];

/** Number of streams. */
export const STREAMS = 3;
const common = { stream: fc.nat(STREAMS - 1), pause: fc.constantFrom(0, 0, 0, 1, 3) };
const bounds: fc.Arbitrary<StreamBounds> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ from: 0, direction: 'forwards', limit: Infinity } as const) },
  { weight: 2, arbitrary: fc.constant({ from: Infinity, direction: 'backwards', limit: 1 } as const) },
  fc.record({
    from: fc.nat(12),
    direction: fc.constantFrom('forwards' as const, 'backwards' as const),
    limit: fc.constantFrom(2, Infinity),
  }),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: append('append') },
  { weight: 1, arbitrary: append('bulk') },
  { weight: 4, arbitrary: fc.record({ ...common, kind: fc.constant('read' as const), bounds }) },
);

function append(kind: 'append' | 'bulk'): fc.Arbitrary<Step> {
  return fc.record({
    ...common,
    kind: fc.constant(kind),
    events: fc.integer({ min: 1, max: 3 }),
    expected: fc.constantFrom<Expectation>(
      'last-known',
      'last-known',
      'last-known',
      'no-stream',
      'one-less',
      'one-more',
    ),
    repeats: fc.nat(2),
  });
}

/** Random plans for three to six clients. */
export const clients: fc.Arbitrary<Clients> = fc.array(fc.array(step, { minLength: 5, maxLength: 14 }), {
  minLength: 3,
  maxLength: 6,
});
