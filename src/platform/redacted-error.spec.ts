import { redactedError } from './redacted-error.js';

it.each([
  ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED 127.0.0.1:5432'],
  ['Invalid URL: postgres://upheld:s3cret@db:5432/upheld', 'Invalid URL: postgres://…@db:5432/upheld'],
  ['esdb+discover://admin:p%40ss@a,esdb://u:p@b', 'esdb+discover://…@b'],
  ['postgres://upheld:a/b@c:d@db, and then some@where', 'postgres://…@db, and then some@where'],
  ['first line\n    at stack (file.js:1:2)', 'first line     at stack (file.js:1:2)'],
  ['', 'no reason given'],
])('reports %j as %j', (text, reported) => {
  expect(redactedError(text)).toBe(reported);
  expect(redactedError(new Error(text || 'no reason given'))).toBe(reported);
});

it('reports an error without a message by its code, and never its stack', () => {
  const error = Object.assign(new AggregateError([new Error('::1'), new Error('127.0.0.1')], ''), {
    code: 'ECONNREFUSED',
  });
  expect(redactedError(error)).toBe('ECONNREFUSED');
  expect(redactedError(new TypeError(''))).toBe('TypeError');
});

it('is cut to a bound without breaking a surrogate pair', () => {
  const reported = redactedError('é'.repeat(299) + '😀'.repeat(50));
  expect(reported.length).toBe(300);
  expect(reported.isWellFormed()).toBe(true);
});
