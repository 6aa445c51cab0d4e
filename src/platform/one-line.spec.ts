import { oneLine, reasonOf } from './one-line.js';

it.each([
  ['  first line\r\n\tand \0 more ', 80, 'first line and   more'],
  ['\u0085', 80, 'no reason given'],
  ['', 80, 'no reason given'],
  ['four', 3, 'fou'],
  ['ab😀', 3, 'ab\ufffd'],
])('oneLine turns %j, in at most %d units, into %j', (text, maxLength, line) => {
  expect(oneLine(text, maxLength)).toBe(line);
});

it.each<[unknown, string]>([
  [new Error('refused'), 'refused'],
  [Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  [new TypeError(''), 'TypeError'],
  ['thrown', 'thrown'],
  [undefined, 'undefined'],
])('reasonOf(%p) is %j', (error, reason) => {
  expect(reasonOf(error)).toBe(reason);
});
