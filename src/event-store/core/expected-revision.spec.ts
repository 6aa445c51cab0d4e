import { checkExpectedRevision, type ExpectedRevision } from './expected-revision.js';

/** Events a, b, c, … in a stream, an append to it, and the answer of a real EventStoreDB (a number for a repeat). */
type Row = [
  stream: string,
  expected: ExpectedRevision,
  append: string,
  answer: 'append' | 'conflict' | number,
];

const NO_STREAM: Row[] = [
  ['', 'no-stream', 'ab', 'append'],
  ['ab', 'no-stream', 'ab', 1],
  ['ab', 'no-stream', 'a', 0],
  ['abcd', 'no-stream', 'ab', 1],
  ['ab', 'no-stream', 'b', 'conflict'],
  ['ab', 'no-stream', 'ba', 'conflict'],
  ['ab', 'no-stream', 'abc', 'conflict'],
  ['ab', 'no-stream', 'ac', 'conflict'],
  ['ab', 'no-stream', 'c', 'conflict'],
];

const EXACT: Row[] = [
  ['ab', 1, 'c', 'append'],
  ['abc', 1, 'c', 2],
  ['abcde', 1, 'cd', 3],
  ['abcde', 1, 'ce', 'conflict'],
  ['abc', 1, 'cd', 'conflict'],
  ['abc', 1, 'd', 'conflict'],
  ['abc', 1, 'b', 'conflict'],
  ['abc', 9, 'd', 'conflict'],
  ['abc', 9, 'c', 'conflict'],
  ['', 0, 'a', 'conflict'],
];

const STREAM_EXISTS: Row[] = [
  ['', 'stream-exists', 'a', 'conflict'],
  ['a', 'stream-exists', 'b', 'append'],
  ['ab', 'stream-exists', 'b', 1],
  ['ab', 'stream-exists', 'bc', 'conflict'],
];

const ANY: Row[] = [
  ['', 'any', 'ab', 'append'],
  ['ab', 'any', 'c', 'append'],
  ['ab', 'any', 'ab', 1],
  ['ab', 'any', 'b', 1],
  ['abc', 'any', 'ab', 1],
  ['ab', 'any', 'bc', 'conflict'],
];

describe('the truth table of expected revisions', () => {
  it.each([...NO_STREAM, ...EXACT, ...STREAM_EXISTS, ...ANY])(
    'stream [%s], expected %s, append [%s]: %s',
    (stream, expected, append, answer) => {
      const current = stream === '' ? 'no-stream' : stream.length - 1;
      const locationOf = (id: string) =>
        stream.includes(id) ? { revision: stream.indexOf(id), id } : undefined;
      expect(checkExpectedRevision(expected, current, Array.from(append), locationOf)).toEqual(
        typeof answer === 'string'
          ? { kind: answer }
          : { kind: 'repeat', last: { revision: answer, id: append.at(-1) } },
      );
    },
  );
});
