import type { StreamBounds } from '../../../src/event-store/core/stream-bounds.js';
import { contradiction, type AppendAnswer, type Operation } from './linearizable.js';

type Times = readonly [startedAt: number, endedAt: number];
const NEVER = Infinity;
const ALL: StreamBounds = { from: 0, direction: 'forwards', limit: Infinity };
const LAST: StreamBounds = { from: Infinity, direction: 'backwards', limit: 1 };

const append = (
  [startedAt, endedAt]: Times,
  expected: number | 'no-stream',
  ids: string,
  answer: AppendAnswer,
): Operation => ({ kind: 'append', startedAt, endedAt, expected, ids: Array.from(ids), answer });
const stored = (times: Times, expected: number | 'no-stream', ids: string) =>
  append(times, expected, ids, {
    kind: 'stored',
    revision: (expected === 'no-stream' ? -1 : expected) + ids.length,
  });
const refused = (
  times: Times,
  expected: number | 'no-stream',
  ids: string,
  actual: number | 'no-stream',
): Operation => append(times, expected, ids, { kind: 'conflict', actual });
const unknown = (startedAt: number, expected: number | 'no-stream', ids: string): Operation =>
  append([startedAt, NEVER], expected, ids, { kind: 'unknown' });
const read = ([startedAt, endedAt]: Times, answer: string, bounds: StreamBounds = ALL): Operation => ({
  kind: 'read',
  startedAt,
  endedAt,
  bounds,
  answer: answer === '' ? 'not-found' : Array.from(answer),
});
const EMPTY: Operation = { kind: 'read', startedAt: 1, endedAt: 2, bounds: ALL, answer: [] };

describe('a history of one stream', () => {
  it.each<[string, readonly Operation[]]>([
    ['without calls', []],
    ['calls one after another', [read([1, 2], ''), stored([3, 4], 'no-stream', 'ab'), read([5, 6], 'ab')]],
    [
      'an append, and reads during it that see it or not',
      [stored([1, 9], 'no-stream', 'a'), read([2, 3], ''), read([4, 5], 'a')],
    ],
    [
      'two competing appends, of which the later wins',
      [refused([1, 8], 'no-stream', 'a', 0), stored([2, 7], 'no-stream', 'b')],
    ],
    [
      'a repeat with the first answer',
      [stored([1, 2], 'no-stream', 'a'), stored([3, 4], 0, 'b'), stored([5, 6], 'no-stream', 'a')],
    ],
    ['an unknown outcome that was stored', [unknown(1, 'no-stream', 'a'), read([2, 3], 'a')]],
    [
      'an unknown outcome that was not stored',
      [unknown(1, 'no-stream', 'a'), read([2, 3], ''), stored([4, 5], 'no-stream', 'b'), read([6, 7], 'b')],
    ],
    [
      'an unknown outcome that was stored much later',
      [unknown(1, 'no-stream', 'a'), read([2, 3], ''), read([4, 5], ''), read([6, 7], 'a', LAST)],
    ],
    [
      'an unknown outcome that was stored once and then repeated',
      [unknown(1, 'no-stream', 'a'), stored([2, 3], 'no-stream', 'a'), read([4, 5], 'a')],
    ],
    [
      'two unknown outcomes, the second of which needs the first',
      [unknown(1, 'no-stream', 'a'), unknown(2, 0, 'b'), read([3, 4], ''), read([5, 6], 'ab')],
    ],
    [
      'refused because of an unknown outcome',
      [unknown(1, 'no-stream', 'a'), refused([2, 3], 'no-stream', 'b', 0)],
    ],
    [
      'refused because it expects a later revision',
      [stored([1, 2], 'no-stream', 'a'), refused([3, 4], 7, 'b', 0)],
    ],
  ])('is accepted: %s', (_, history) => {
    expect(contradiction(history)).toBeNull();
  });

  it.each<[string, readonly Operation[]]>([
    ['a stale read', [stored([1, 2], 'no-stream', 'a'), stored([3, 4], 0, 'b'), read([5, 6], 'a')]],
    ['a read that goes back', [stored([1, 9], 'no-stream', 'a'), read([2, 3], 'a'), read([4, 5], '')]],
    [
      'two readers who saw two orders',
      [unknown(1, 'no-stream', 'a'), unknown(2, 'no-stream', 'b'), read([3, 4], 'a'), read([5, 6], 'b')],
    ],
    ['a lost update', [stored([1, 2], 'no-stream', 'a'), stored([3, 6], 0, 'b'), stored([4, 5], 0, 'c')]],
    [
      'an append stored twice',
      [unknown(1, 'no-stream', 'a'), stored([2, 3], 'no-stream', 'a'), read([4, 5], 'aa')],
    ],
    ['an acknowledged append that is missing', [stored([1, 2], 'no-stream', 'a'), read([3, 4], '')]],
    [
      'an acknowledged append that another replaced',
      [stored([1, 2], 'no-stream', 'a'), read([3, 4], 'b'), unknown(0, 'no-stream', 'b')],
    ],
    ['half an append', [unknown(1, 'no-stream', 'ab'), read([2, 3], 'a')]],
    [
      'an append answered with another revision',
      [append([1, 2], 'no-stream', 'ab', { kind: 'stored', revision: 0 })],
    ],
    ['an unknown outcome seen before it started', [read([1, 2], 'a'), unknown(3, 'no-stream', 'a')]],
    ['a conflict with an empty stream', [refused([1, 2], 'no-stream', 'a', 0)]],
    ['a conflict at the expected revision', [stored([1, 2], 'no-stream', 'a'), refused([3, 4], 0, 'b', 0)]],
    [
      'a conflict answered with another revision',
      [stored([1, 2], 'no-stream', 'ab'), refused([3, 4], 0, 'c', 2)],
    ],
    ['a stream that exists without events', [EMPTY]],
  ])('is refused: %s', (_, history) => {
    expect(contradiction(history)).not.toBeNull();
  });

  it('is reported with the calls that do not fit', () => {
    const history = [stored([1, 2], 'no-stream', 'a'), unknown(3, 0, 'b'), read([4, 5], 'ac')];
    expect(contradiction(history)).toMatch(
      /^the stream \[a b\] after 2 calls .*\n {2}4 to 5: read .*: \[a c\]/,
    );
  });

  it('is checked quickly although many outcomes are unknown', () => {
    const rivals = Array.from({ length: 40 }, (_, number) =>
      unknown(number, 'no-stream', String.fromCodePoint(256 + number)),
    );
    const winner = String.fromCodePoint(256 + 39);
    expect(contradiction([...rivals, read([100, 101], winner)])).toBeNull();
    expect(contradiction([...rivals, read([100, 101], 'z')])).not.toBeNull();
  });
});
