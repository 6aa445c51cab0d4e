import fc from 'fast-check';
import { z } from 'zod';
import type { Aggregate } from '../../../src/event-sourcing/aggregate.js';
import type { EventsOf } from '../../../src/event-sourcing/event-schema.js';
import { DomainRefusal } from '../../../src/platform/errors.js';

// An invented aggregate whose commands are accepted, refused or without effect, depending on those before them.

const schemas = {
  Opened: z.strictObject({ limit: z.int() }),
  Paid: z.strictObject({ amount: z.int() }),
  Closed: z.strictObject({}),
};
export type AccountEvent = EventsOf<typeof schemas>;
export type Account = Readonly<{ limit: number; paid: number; closed: boolean }>;

export const accountAggregate: Aggregate<Account, AccountEvent> = {
  streamPrefix: 'account-',
  schemas,
  evolve(account, event) {
    if (event.type === 'Opened') return { limit: event.data.limit, paid: 0, closed: false };
    if (account === null) throw new Error('an account begins with Opened');
    if (event.type === 'Closed') return { ...account, closed: true };
    return { ...account, paid: account.paid + event.data.amount };
  },
};

export type AccountCommand =
  | Readonly<{ type: 'Open'; limit: number }>
  | Readonly<{ type: 'Pay'; amount: number }>
  | Readonly<{ type: 'PayUpTo'; total: number }>
  | Readonly<{ type: 'Close' }>;

/** @throws DomainRefusal */
export function decideAccount(account: Account | null, command: AccountCommand): AccountEvent[] {
  if (command.type === 'Open') {
    if (account === null) return [{ type: 'Opened', data: { limit: command.limit } }];
    if (account.limit === command.limit) return [];
    throw new DomainRefusal('other-limit', 'the account has another limit');
  }
  if (account === null) throw new DomainRefusal('no-account', 'there is no such account');
  if (account.closed) throw new DomainRefusal('closed', 'the account is closed');
  if (command.type === 'Close') {
    if (account.paid % 2 === 1) throw new DomainRefusal('odd-sum', 'the sum is odd');
    return [{ type: 'Closed', data: {} }];
  }
  const amount = command.type === 'Pay' ? command.amount : command.total - account.paid;
  if (amount <= 0) return [];
  if (account.paid + amount > account.limit) throw new DomainRefusal('limit', 'the limit is exceeded');
  // An even amount is paid in halves, so that a command can produce two events.
  const amounts = amount % 2 === 0 ? [amount / 2, amount / 2] : [amount];
  return amounts.map((part) => ({ type: 'Paid', data: { amount: part } }));
}

const [open, close] = [fc.constant('Open' as const), fc.constant('Close' as const)];
const [pay, payUpTo] = [fc.constant('Pay' as const), fc.constant('PayUpTo' as const)];

export const accountCommands: fc.Arbitrary<AccountCommand> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ type: open, limit: fc.constantFrom(20, 21) }) },
  { weight: 4, arbitrary: fc.record({ type: pay, amount: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ type: payUpTo, total: fc.nat(24) }) },
  { weight: 1, arbitrary: fc.record({ type: close }) },
);
