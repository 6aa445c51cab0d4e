import { z } from 'zod';
import { localDate, type LocalDate } from '../../platform/local-date.js';

function isLabel(text: string): boolean {
  const match = /^([1-9]\d{3})-(\d{2})$/.exec(text);
  return match !== null && (Number(match[1]) + 1) % 100 === Number(match[2]);
}

/** The schema of a year's label, such as `2019-20` or `1999-00`: its second part is the year after the first. */
export const ReportingYearSchema = z
  .string()
  .refine(isLabel, { error: 'must be a reporting year such as 2019-20' })
  .brand<'ReportingYear'>()
  .meta({ pattern: String.raw`^[1-9]\d{3}-\d{2}$`, example: '2019-20' });

/** A year from 1 April to 31 March by local UK date, labelled `2019-20` (design 1). */
export type ReportingYear = z.infer<typeof ReportingYearSchema>;

/** @throws RangeError when the text is not the label of a reporting year. */
export function reportingYear(text: string): ReportingYear {
  const parsed = ReportingYearSchema.safeParse(text);
  if (!parsed.success) throw new RangeError(`not a reporting year (as 2019-20): ${text}`);
  return parsed.data;
}

/** The first and the last day of a year. */
export function periodOf(year: ReportingYear): { from: LocalDate; to: LocalDate } {
  const first = Number(year.slice(0, 4));
  return { from: localDate(`${first}-04-01`), to: localDate(`${first + 1}-03-31`) };
}

/** A label begins with four digits, the first of them not 0. */
const EARLIEST = 1000;

/** The reporting year a date falls in: 31 March belongs to the year that ends, 1 April to the next. */
export function reportingYearOf(date: LocalDate): ReportingYear {
  const year = Number(date.slice(0, 4));
  const first = date.slice(5) >= '04-01' ? year : year - 1;
  if (first < EARLIEST) throw new RangeError(`no reporting year begins before ${EARLIEST}: ${date}`);
  return `${first}-${String((first + 1) % 100).padStart(2, '0')}` as ReportingYear;
}
