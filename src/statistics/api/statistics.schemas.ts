import { z } from 'zod';
import { AuthorityCodeSchema } from '../../authorities/authority-code.js';
import { AuthorityTypeSchema } from '../../authorities/authority-type.js';
import { DECISION_OUTCOMES } from '../../complaints/complaint.events.js';
import { apiSchemas } from '../../platform/http/api-schemas.js';
import { PositionSchema } from '../../event-store/position.js';
import { AsAtSchema } from '../as-at.js';
import { ReportingYearSchema } from '../rates/reporting-year.js';

/** The `{year}` of an address. */
export const YearParameter = ReportingYearSchema.describe('A reporting year, 1 April to 31 March.').register(
  apiSchemas,
  { id: 'ReportingYear' },
);

/** The `{code}` of an address. */
export const AuthorityParameter = AuthorityCodeSchema.describe(
  'The code the Office for National Statistics gives the body.',
).register(apiSchemas, { id: 'AuthorityCode' });

/** `?asAt=`: the statistics as at an earlier moment. */
export const AsAtParameter = AsAtSchema.optional()
  .describe(
    'The statistics as at a position of the log, or an instant of its clock (ISO 8601 with its zone, + written as %2B). The same position always gives the same answer.',
  )
  .register(apiSchemas, { id: 'AsAt' });

/** `?after=`: the caller reads its own writes. */
export const AfterParameter = PositionSchema.optional()
  .describe(
    'The position that a command answered. Waits, at most five seconds, until the statistics hold its events.',
  )
  .register(apiSchemas, { id: 'After' });

const cases = z.int().min(0);
const percent = z
  .int()
  .min(0)
  .max(100)
  .nullable()
  .describe('Whole per cent of count in of, half up; null where of is 0.');
const counted = { count: cases, of: cases, percent };
const authorities = cases.describe('Councils listed for the year in this group.');
const late = cases.describe(
  'Cases that complied late. They are in the count: lateness never lowers the rate.',
);

const average = z
  .strictObject({ ...counted, authorities })
  .nullable()
  .describe('The pooled rate of all councils of the type, this one included; null for types that have none.');
const rate = z.strictObject({ ...counted, average });

const decided = z.strictObject(
  Object.fromEntries(DECISION_OUTCOMES.map((outcome) => [outcome, cases])) as Record<
    (typeof DECISION_OUTCOMES)[number],
    typeof cases
  >,
);

const basis = z
  .strictObject({
    position: z.string().describe('The position in the log up to which events are counted.'),
    snapshot: z.string().nullable().describe('The frozen snapshot; null for live figures.'),
    rules: z.array(z.string()).readonly().describe('The rules the figures follow, with their versions.'),
    synthetic: z.boolean().describe('True where the store holds invented cases.'),
  })
  .describe('What the figures rest on.');

/** Blaby District Council with the rates of its letter of 2019-20; the counts behind the averages are not known. */
const AUTHORITY_EXAMPLE = {
  authority: { code: 'E07000129', name: 'Blaby District Council', type: 'district' },
  year: '2019-20',
  upheld: { count: 3, of: 4, percent: 75, average: { count: 540, of: 1200, percent: 45, authorities: 192 } },
  compliance: {
    count: 2,
    of: 2,
    percent: 100,
    late: 0,
    average: { count: 297, of: 300, percent: 99, authorities: 192 },
  },
  satisfactoryRemedies: {
    count: 1,
    of: 3,
    percent: 33,
    average: { count: 108, of: 540, percent: 20, authorities: 192 },
  },
  upheldPer100k: null,
  decided: {
    'invalid-or-incomplete': 0,
    'advice-given': 0,
    'referred-back': 0,
    'closed-after-initial-enquiries': 0,
    'not-upheld': 1,
    upheld: 3,
  },
  basis: {
    position: '40218',
    snapshot: null,
    rules: ['outcome-date@1', 'pooled-by-type@1', 'half-up-percent@1'],
    synthetic: false,
  },
};

export const AuthorityStatisticsSchema = z
  .strictObject({
    authority: z.strictObject({ code: AuthorityCodeSchema, name: z.string(), type: AuthorityTypeSchema }),
    year: ReportingYearSchema,
    upheld: rate.describe('Upheld decisions of detailed investigations.'),
    compliance: rate.extend({ late }).describe('Cases complied, on time or late, of compliance outcomes.'),
    satisfactoryRemedies: rate.describe(
      'Upheld cases remedied before they reached the ombudsman, of all upheld.',
    ),
    upheldPer100k: z.null().describe('Upheld decisions for 100,000 residents; null where it is not given.'),
    decided: decided.describe('Cases decided in the year by outcome.'),
    basis,
  })
  .meta({
    description: "One council's statistics of a reporting year.",
    examples: [AUTHORITY_EXAMPLE],
  })
  .register(apiSchemas, { id: 'AuthorityStatistics' });

const group = {
  authorities,
  upheld: z.strictObject(counted),
  compliance: z.strictObject({ ...counted, late }),
  satisfactoryRemedies: z.strictObject(counted),
  decided,
};

export const YearStatisticsSchema = z
  .strictObject({
    year: ReportingYearSchema,
    authorities: z.array(AuthorityStatisticsSchema).readonly().describe('Every council listed, by code.'),
    types: z.array(z.strictObject({ type: AuthorityTypeSchema, ...group })).readonly(),
    national: z.strictObject(group),
    basis,
  })
  .meta({
    description: 'The statistics of all councils, of each type and of the nation in a reporting year.',
  })
  .register(apiSchemas, { id: 'YearStatistics' });
