import { DatabaseError } from 'pg';
import { Unavailable } from '../../platform/errors.js';
import { retryPostgres, isTransientPostgresFailure } from './postgres-failures.js';

const POLICY = { firstMs: 1, longestMs: 1, retries: 1, limitMs: 1_000 };

function answered(code: string, message: string, routine: string): DatabaseError {
  return Object.assign(new DatabaseError(message, message.length, 'error'), { code, routine });
}

describe('a transient failure of the log in PostgreSQL', () => {
  it.each([
    ['English', 'cannot set transaction read-write mode during recovery'],
    ['another language', 'mode de transaction refusé'],
  ])('includes a server in recovery, which refuses an append in %s', async (_, message) => {
    const error = answered('0A000', message, 'call_bool_check_hook');
    expect(isTransientPostgresFailure(error)).toBe(true);
    let attempts = 0;
    const append = () => {
      attempts += 1;
      return attempts === 1 ? Promise.reject(error) : Promise.resolve('stored');
    };
    expect(await retryPostgres(append, POLICY)).toBe('stored');
  });

  it('does not include a feature that the server lacks', () => {
    const error = answered('0A000', 'COPY FREEZE is not supported', 'DoCopy');
    expect(isTransientPostgresFailure(error)).toBe(false);
  });

  it('makes the store unavailable when retries do not help, with the last error as cause', async () => {
    const error = new Error('timeout expired');
    const retrying = retryPostgres(() => Promise.reject(error), POLICY);
    await expect(retrying).rejects.toBeInstanceOf(Unavailable);
    await expect(retrying).rejects.toMatchObject({
      code: 'event-store-unavailable',
      message: 'the event log does not answer: timeout expired',
      cause: error,
    });
  });

  it.each([new Unavailable('event-store-closed', 'closed'), new TypeError('defect')])(
    'does not include %s, which is thrown as it is',
    async (error) => {
      await expect(retryPostgres(() => Promise.reject(error), POLICY)).rejects.toBe(error);
    },
  );
});
