import { z } from 'zod';

/**
 * The ombudsman's case number: eight digits, printed `19 007 429`. The first two give the year in which a case was
 * opened, never the reporting year, and are not checked against any date (design 1, 4).
 */
export const CaseReferenceSchema = z
  .string()
  .trim()
  .regex(/^\d{2} ?\d{3} ?\d{3}$/, { error: 'must be eight digits, such as 19007429 or 19 007 429' })
  .overwrite((text) => text.replaceAll(' ', ''))
  .brand<'CaseReference'>()
  .meta({ example: '19007429' });

export type CaseReference = z.infer<typeof CaseReferenceSchema>;

/** A reference as it is printed: `19 007 429`. */
export function printedReference(reference: CaseReference): string {
  return `${reference.slice(0, 2)} ${reference.slice(2, 5)} ${reference.slice(5)}`;
}
