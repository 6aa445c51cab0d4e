import { readFile } from 'node:fs/promises';
import { Client } from 'pg';
import { StatisticsProjection } from '../../src/statistics/read-model/statistics.projection.js';
import type { YearStatistics } from '../../src/statistics/rates/statistics.types.js';
import { createDatabase } from './database.js';

const FOLDER = new URL('../golden/store-aeaab25/', import.meta.url);

/** The version that this program's statistics have; those of the older store are at version 1. */
export const STATISTICS_VERSION: number = new StatisticsProjection().version;

/** An answer of the older release. */
export type OlderAnswer = Readonly<{ year: string; asAt: string | null; statistics: object }>;

/** Restores the store of the older release into a database of its own. */
export async function restoreOlderStore(): Promise<{ url: string; drop: () => Promise<void> }> {
  const database = await createDatabase();
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query(await readFile(new URL('store.sql', FOLDER), 'utf8'));
  } finally {
    await client.end();
  }
  return database;
}

/** What the older release answered. */
export async function olderAnswers(): Promise<OlderAnswer[]> {
  const lines = (await readFile(new URL('statistics.jsonl', FOLDER), 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as OlderAnswer);
}

/**
 * Statistics of a year in the form in which the answers of the older release are stored: councils with equal figures are
 * grouped. This loses nothing, and the many councils without cases take little room.
 */
export function grouped({ authorities, ...rest }: YearStatistics): object {
  const groups = new Map<string, { councils: object[]; figures: unknown }>();
  for (const { authority, ...figures } of authorities) {
    const key = JSON.stringify(figures);
    const group = groups.get(key) ?? { councils: [], figures: JSON.parse(key) as unknown };
    group.councils.push(authority);
    groups.set(key, group);
  }
  return { ...rest, groups: [...groups.values()] };
}
