import { z } from 'zod';

/** The code the Office for National Statistics gives a body: a letter and eight digits, `E07000129`. */
export const AuthorityCodeSchema = z
  .string()
  .trim()
  .regex(/^[A-Z]\d{8}$/, { error: 'must be an ONS code such as E07000129' })
  .brand<'AuthorityCode'>()
  .meta({ example: 'E07000129' });

/** Such a code, parsed. */
export type AuthorityCode = z.infer<typeof AuthorityCodeSchema>;
