import { DatabaseError } from 'pg';
import { Unavailable } from '../../platform/errors.js';
import { retryPostgres, isTransientPostgresFailure } from './postgres-failures.js';

function answered(code: string, message: string, routine: string): DatabaseError {
  return Object.assign(new DatabaseError(message, message.length, 'error'), { code, routine });
}

describe('an outage of the log in PostgreSQL', () => {
  it.each([
    ['English', 'cannot set transaction read-write mode during recovery'],
    ['another language', 'mode de transaction refusé'],
  ])('is a server in recovery, where an append cannot begin, and which says so in %s', async (_, message) => {
    const error = answered('0A000', message, 'call_bool_check_hook');
    expect(isTransientPostgresFailure(error)).toBe(true);
    let attempts = 0;
    const append = () => {
      attempts += 1;
      return attempts === 1 ? Promise.reject(error) : Promise.resolve('stored');
    };
    expect(await retryPostgres(append, { pauses: [1], limit: 1_000 })).toBe('stored');
    const never = retryPostgres(() => Promise.reject(error), { pauses: [1], limit: 1_000 });
    await expect(never).rejects.toBeInstanceOf(Unavailable);
  });

  it('is not a feature that the server lacks', () => {
    expect(isTransientPostgresFailure(answered('0A000', 'COPY FREEZE is not supported', 'DoCopy'))).toBe(
      false,
    );
  });
});
