import type { RecordedEvent } from '../event-store/event-store.js';
import { UnknownEvent, UpcastFailed } from '../event-sourcing/unreadable-event.js';
import { Unavailable } from '../platform/errors.js';
import { isTransientFailure } from './transient-failure.js';
import { LogMismatch } from './log-identity-check.js';

const reactor = { name: 'mail', isInterestedIn: () => true, react: () => Promise.resolve() };
const event = { type: 'InquiryOpened', version: 1, stream: 'inquiry-1', revision: 0 } as RecordedEvent;

it.each<[string, unknown]>([
  ['a log that does not answer', new Unavailable('event-store-unavailable', 'no')],
  ['a database that does not', new Error('Connection terminated unexpectedly')],
])('waits for %s', (_, error) => {
  expect(isTransientFailure(error)).toBe(true);
});

it.each<[string, unknown]>([
  ['event that nobody knows', new UnknownEvent(event)],
  ['event whose upcast fails', new UpcastFailed(event, 2, 'its upcast failed', new Error('no'))],
  ['history that cannot be', new Error('a finding without a decision')],
  ['table from another log', new LogMismatch(reactor, 'comes from another log')],
])('waits for no %s', (_, error) => {
  expect(isTransientFailure(error)).toBe(false);
});
