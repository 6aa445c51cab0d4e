import { z } from 'zod';
import type { EventsOf } from '../event-sourcing/event-schema.js';
import { boundedText } from '../platform/bounded-text.js';
import { LocalDateSchema } from '../platform/local-date.js';
import { AuthorityCodeSchema } from './authority-code.js';
import { AuthorityTypeSchema } from './authority-type.js';

/** Data of AuthorityRegistered. */
export const AuthorityRegisteredSchema = z.strictObject({
  code: AuthorityCodeSchema,
  name: boundedText(200),
  type: AuthorityTypeSchema,
  region: boundedText(100).optional(),
  /** The county council's code, for a district that lies in one. */
  county: AuthorityCodeSchema.optional(),
  /** First day in being; absent if it lies before the first day that the register covers. */
  existsFrom: LocalDateSchema.optional(),
});

/** Data of AuthorityAbolished. */
export const AuthorityAbolishedSchema = z.strictObject({
  /** First day no longer in being. */
  abolishedOn: LocalDateSchema,
  successors: z.array(AuthorityCodeSchema),
});

/** What can have happened to a body in the register, all at version 1. */
export const authorityEventSchemas = {
  AuthorityRegistered: AuthorityRegisteredSchema,
  AuthorityAbolished: AuthorityAbolishedSchema,
};

/** One of them. */
export type AuthorityEvent = EventsOf<typeof authorityEventSchemas>;
