import { redactedError } from './redacted-error.js';

it.each([
  ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED 127.0.0.1:5432'],
  ['Invalid URL: postgres://upheld:s3cret@db:5432/upheld', 'Invalid URL: postgres://…@db:5432/upheld'],
  ['esdb+discover://admin:p%40ss@a,esdb://u:p@b', 'esdb+discover://…@b'],
  ['postgres://upheld:a/b@c:d@db, and then some@where', 'postgres://…@db, and then some@where'],
  ['first line\n    at stack (file.js:1:2)', 'first line     at stack (file.js:1:2)'],
  ['', 'no reason given'],
])('tells %j as %j', (text, told) => {
  expect(redactedError(text)).toBe(told);
  expect(redactedError(new Error(text || 'no reason given'))).toBe(told);
});

it('tells an error that has no message by its code, and never its stack', () => {
  const tried = Object.assign(new AggregateError([new Error('::1'), new Error('127.0.0.1')], ''), {
    code: 'ECONNREFUSED',
  });
  expect(redactedError(tried)).toBe('ECONNREFUSED');
  expect(redactedError(new TypeError(''))).toBe('TypeError');
});

it('is bounded, and well-formed where it was cut', () => {
  const told = redactedError('é'.repeat(299) + '😀'.repeat(50));
  expect(told.length).toBe(300);
  expect(told.isWellFormed()).toBe(true);
});
