import { z } from 'zod';

/**
 * What kind of body a council is. The first five are compared with an average of similar authorities;
 * 'other' bodies (fire, police, national parks and the like) have letters but no average (design 1).
 */
export const AuthorityTypeSchema = z
  .enum(['county', 'district', 'metropolitan-borough', 'unitary', 'london-borough', 'other'])
  .meta({ example: 'district' });

/** One of these kinds. */
export type AuthorityType = z.infer<typeof AuthorityTypeSchema>;
