import { z } from 'zod';

/** The schema of every date in JSON bodies, events and CSV cells. */
export const LocalDateSchema = z.iso
  .date({ error: 'must be a calendar date, YYYY-MM-DD' })
  .brand<'LocalDate'>()
  .meta({ example: '2019-06-14' });

/** A calendar date in the United Kingdom, `YYYY-MM-DD`; never an instant (design 1). */
export type LocalDate = z.infer<typeof LocalDateSchema>;

/** Parses a calendar date. @throws RangeError when the text is none. */
export function localDate(text: string): LocalDate {
  const parsed = LocalDateSchema.safeParse(text);
  if (!parsed.success) throw new RangeError(`not a calendar date (YYYY-MM-DD): ${text}`);
  return parsed.data;
}

const ukDate = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Europe/London',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

/** The calendar date in the United Kingdom at an instant, whatever the machine's time zone. */
export function ukDateOf(instant: Date): LocalDate {
  const parts = new Map(ukDate.formatToParts(instant).map((part) => [part.type, part.value]));
  return localDate(`${parts.get('year') ?? ''}-${parts.get('month') ?? ''}-${parts.get('day') ?? ''}`);
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** A date as the letters print it: `1 April 2019`. */
export function longDate(date: LocalDate): string {
  const [year = '', month = '', day = ''] = date.split('-');
  return `${Number(day)} ${MONTHS[Number(month) - 1] ?? ''} ${year}`;
}

/** The date that is `days` after another, or before it if `days` is negative. */
export function daysAfter(date: LocalDate, days: number): LocalDate {
  const noon = new Date(`${date}T12:00:00Z`);
  noon.setUTCDate(noon.getUTCDate() + days);
  return localDate(noon.toISOString().slice(0, 10));
}
