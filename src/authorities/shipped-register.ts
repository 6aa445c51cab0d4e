import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse';
import {
  AuthorityAbolishedSchema,
  AuthorityRegisteredSchema,
  type AuthorityEvent,
} from './authority.events.js';
import { evolve, type Authority } from './authority.js';

/** English councils since 2018; facts adapted from mySociety's "UK Local Authorities" (see NOTICE). */
const REGISTER = new URL('./register.csv', import.meta.url);

type Row = Record<
  'code' | 'name' | 'type' | 'region' | 'county' | 'exists_from' | 'abolished_on' | 'successors',
  string
>;

/** The events of one council, its registration first. */
export type AuthorityHistory = readonly [
  Extract<AuthorityEvent, { type: 'AuthorityRegistered' }>,
  ...AuthorityEvent[],
];

/** The councils of the register that ships with the program. */
export async function readRegister(): Promise<Authority[]> {
  return (await readRegisterEvents()).map(([registered, ...later]) =>
    later.reduce<Authority>(evolve, evolve(null, registered)),
  );
}

/** The same register as events, council by council. */
export async function readRegisterEvents(): Promise<AuthorityHistory[]> {
  const histories: AuthorityHistory[] = [];
  for await (const row of createReadStream(fileURLToPath(REGISTER)).pipe(parse({ columns: true }))) {
    histories.push(eventsOf(row as Row));
  }
  return histories;
}

function eventsOf(row: Row): AuthorityHistory {
  const registered = AuthorityRegisteredSchema.parse({
    code: row.code,
    name: row.name,
    type: row.type,
    region: row.region || undefined,
    county: row.county || undefined,
    existsFrom: row.exists_from || undefined,
  });
  if (row.abolished_on === '') return [{ type: 'AuthorityRegistered', data: registered }];
  const abolished = AuthorityAbolishedSchema.parse({
    abolishedOn: row.abolished_on,
    successors: row.successors.split(' ').filter((code) => code !== ''),
  });
  return [
    { type: 'AuthorityRegistered', data: registered },
    { type: 'AuthorityAbolished', data: abolished },
  ];
}
