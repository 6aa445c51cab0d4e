import type { LocalDate } from '../platform/local-date.js';
import type { AuthorityCode } from './authority-code.js';
import type { AuthorityEvent } from './authority.events.js';
import type { AuthorityType } from './authority-type.js';

/** A body of the register. */
export type Authority = Readonly<{
  code: AuthorityCode;
  name: string;
  type: AuthorityType;
  /** First day in being; null if it lies before the first day that the register covers. */
  existsFrom: LocalDate | null;
  /** First day no longer in being; null while it is in being. */
  abolishedOn: LocalDate | null;
  successors: readonly AuthorityCode[];
}>;

/** Bodies by the codes they were looked up by; a code that the register does not have is absent. */
export type AuthoritiesByCode = ReadonlyMap<AuthorityCode, Authority>;

/** Bodies by their own codes. */
export function authoritiesByCode(authorities: readonly Authority[]): AuthoritiesByCode {
  return new Map(authorities.map((authority) => [authority.code, authority]));
}

/** The body after one more event; `null` before the first. */
export function evolve(authority: Authority | null, event: AuthorityEvent): Authority {
  if (event.type === 'AuthorityRegistered') {
    const { code, name, type, existsFrom } = event.data;
    return { code, name, type, existsFrom: existsFrom ?? null, abolishedOn: null, successors: [] };
  }
  if (authority === null) throw new Error(`an authority's history cannot begin with ${event.type}`);
  return { ...authority, ...event.data };
}

/** Whether a body was in being on any day from `from` to `to`, both inclusive. */
export function inBeing(
  { existsFrom, abolishedOn }: Pick<Authority, 'existsFrom' | 'abolishedOn'>,
  { from, to }: { from: LocalDate; to: LocalDate },
): boolean {
  return (existsFrom === null || existsFrom <= to) && (abolishedOn === null || abolishedOn > from);
}
