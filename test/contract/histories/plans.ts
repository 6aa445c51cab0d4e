import fc from 'fast-check';
import type { StreamBounds } from '../../../src/event-store/core/stream-bounds.js';

/** Which revision a client expects, by the last one it was told. */
export type Expectation = 'what-was-seen' | 'no-stream' | 'one-less' | 'one-more';

/** What a client does next, on a stream by its number; a bulk goes to it and to the one after it. */
export type Step = Readonly<{ stream: number; pause: number }> &
  (
    | Readonly<{ kind: 'append' | 'bulk'; events: number; expected: Expectation; repeats: number }>
    | Readonly<{ kind: 'read'; bounds: StreamBounds }>
  );

/** What several clients do at the same time, each one step after another. */
export type Clients = readonly (readonly Step[])[];

/** How many streams there are. */
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
      'what-was-seen',
      'what-was-seen',
      'what-was-seen',
      'no-stream',
      'one-less',
      'one-more',
    ),
    repeats: fc.nat(2),
  });
}

/** Random plans of some clients. */
export const clients: fc.Arbitrary<Clients> = fc.array(fc.array(step, { minLength: 5, maxLength: 14 }), {
  minLength: 3,
  maxLength: 6,
});
