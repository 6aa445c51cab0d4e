import type { z } from 'zod';
import type { RouteDocs } from '../platform/http/route-docs.js';
import { DomainRefusal, InvalidInput, NotFound } from '../platform/errors.js';
import {
  CommandAnswerSchema,
  ComplaintAnswerSchema,
  HistoryAnswerSchema,
  RecommendationAnswerSchema,
  RecommendationCommandAnswerSchema,
} from './complaint.answers.js';

const KEY = 'Or the `Idempotency-Key` was used with another content (`idempotency-key-reused`).';

const BODY = {
  400: 'The body is not JSON, or a header is not of the right form; nothing was stored.',
  413: 'The body is too large.',
  415: 'The body is not `application/json`.',
  422: {
    means: `A field or a part of the path is not of the right form, or is not known; \`errors\` has an entry for each. ${KEY}`,
    example: new InvalidInput('the body is not as it should be', [
      { pointer: '/receivedOn', detail: 'must be a calendar date, YYYY-MM-DD' },
    ]),
  },
};
const STALE = { 412: '`If-Match` names a revision that is no longer the present one (`stale-state`).' };
const NO_COMPLAINT = { 404: 'There is no such complaint (`complaint-not-found`).' };
const NO_RECOMMENDATION = {
  404: {
    means:
      'There is no such complaint or recommendation (`complaint-not-found`, `recommendation-not-found`).',
    example: new NotFound('recommendation-not-found', 'there is no recommendation r9 on case 19007429'),
  },
};

/** What the rules of the domain refuse, by code, and one such refusal in full. */
function refused(example: DomainRefusal, ...codes: string[]): RouteDocs['problems'] {
  const means = `A rule forbids it, and nothing was stored: ${codes.map((code) => `\`${code}\``).join(', ')}.`;
  return { 409: { means, example } };
}

function made(schema: z.ZodType, means: string): RouteDocs['answers'] {
  return { 201: { means, schema, headers: ['ETag', 'Location'] } };
}

const UNCHANGED: RouteDocs['answers'] = {
  304: { means: 'The caller has this state already (`If-None-Match`).', headers: ['ETag'] },
};

export const receive: RouteDocs = {
  summary: 'Register a complaint',
  takes: ['Idempotency-Key'],
  description: 'Opens the case of a complaint about one body of the register.',
  answers: {
    ...made(CommandAnswerSchema, 'The complaint is registered.'),
    200: {
      means: 'The same complaint was registered before; nothing was changed.',
      schema: CommandAnswerSchema,
      headers: ['ETag', 'Location'],
    },
  },
  problems: {
    ...BODY,
    ...refused(
      new DomainRefusal('unknown-authority', 'E07000999 is not in the register', 'authority'),
      'reference-in-use',
      'unknown-authority',
      'received-in-the-future',
      'received-before-the-ombudsman',
    ),
  },
};

export const decide: RouteDocs = {
  summary: 'Record the decision',
  takes: ['Idempotency-Key', 'If-Match'],
  description: 'Records the decision of a case, with its finding if it was upheld.',
  answers: made(CommandAnswerSchema, 'The decision is recorded.'),
  problems: {
    ...BODY,
    ...STALE,
    ...NO_COMPLAINT,
    ...refused(
      new DomainRefusal('finding-required', 'an upheld decision needs its finding', 'finding'),
      'already-decided',
      'decided-before-received',
      'decided-before-authority-began',
      'decided-in-the-future',
      'finding-required',
      'finding-without-upheld',
    ),
  },
};

export const recommend: RouteDocs = {
  summary: 'Make a recommendation',
  takes: ['Idempotency-Key', 'If-Match'],
  description: 'Adds a recommendation to an upheld case and names it.',
  answers: made(RecommendationCommandAnswerSchema, 'The recommendation is made.'),
  problems: {
    ...BODY,
    ...STALE,
    ...NO_COMPLAINT,
    ...refused(
      new DomainRefusal('not-upheld', 'recommendations are made on upheld cases only'),
      'not-upheld',
      'due-before-decision',
      'too-many-recommendations',
    ),
  },
};

export const check: RouteDocs = {
  summary: 'Record a compliance check',
  takes: ['Idempotency-Key', 'If-Match'],
  description:
    'Records whether the council did what was recommended. A not-complied may be followed by a complied.',
  answers: made(RecommendationCommandAnswerSchema, 'The check is recorded.'),
  problems: {
    ...BODY,
    ...STALE,
    ...NO_RECOMMENDATION,
    ...refused(
      new DomainRefusal('action-date-required', 'complied needs the date the council acted', 'actionOn'),
      'checked-before-decision',
      'checked-in-the-future',
      'action-date-required',
      'acted-after-check',
      'already-complied',
      'checked-before-earlier-check',
      'too-many-checks',
    ),
  },
};

export const read: RouteDocs = {
  summary: 'Read a complaint',
  takes: ['If-None-Match'],
  description: 'How the complaint stands, as of the last command on it.',
  answers: {
    200: { means: 'The complaint.', schema: ComplaintAnswerSchema, headers: ['ETag'] },
    ...UNCHANGED,
  },
  problems: NO_COMPLAINT,
};

export const readRecommendation: RouteDocs = {
  summary: 'Read a recommendation',
  takes: ['If-None-Match'],
  description: 'One recommendation of a complaint with its checks.',
  answers: {
    200: { means: 'The recommendation.', schema: RecommendationAnswerSchema, headers: ['ETag'] },
    ...UNCHANGED,
  },
  problems: NO_RECOMMENDATION,
};

export const history: RouteDocs = {
  summary: 'Read the history of a complaint',
  takes: ['If-None-Match'],
  description: 'Every event of the case in order: what was recorded, by whom, when and by which command.',
  answers: {
    200: { means: 'The history.', schema: HistoryAnswerSchema, headers: ['ETag'] },
    ...UNCHANGED,
  },
  problems: NO_COMPLAINT,
};
