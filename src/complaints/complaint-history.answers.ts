import { z } from 'zod';
import type { HistoryEntry } from '../event-sourcing/aggregate.js';
import { currentSchema } from '../event-sourcing/upcasting.js';
import type { EventMetadata } from '../event-store/event-store.js';
import { PositionSchema } from '../event-store/position.js';
import { apiSchemas } from '../platform/http/api-schemas.js';
import type { CaseReference } from './case-reference.js';
import { complaintEventSchemas, type ComplaintEvent } from './complaint.events.js';
import { ReferenceParameter } from './path-parameters.js';

const entry = {
  revision: z.int().min(0).describe('Place in the history, from 0.'),
  actor: z.strictObject({ id: z.string(), role: z.string() }).describe('Who did it.'),
  recordedAt: z.iso.datetime().describe('When it was recorded, UTC.'),
  position: PositionSchema.in.describe('Place in the log.'),
  command: z.string().describe('Id of the command that led to it: its Idempotency-Key where it had one.'),
};

/** The history of a complaint, as the API answers it. */
export const HistoryAnswerSchema = z
  .strictObject({
    reference: ReferenceParameter,
    events: z.array(
      z.union(
        Object.entries(complaintEventSchemas).map(([type, schema]) =>
          z.strictObject({ type: z.literal(type), ...entry, data: currentSchema(schema) }),
        ),
      ),
    ),
  })
  .meta({
    description: 'Who did what to a complaint, when and why.',
    examples: [
      {
        reference: '19007429',
        events: [
          {
            type: 'ComplaintReceived',
            revision: 0,
            actor: { id: 'local-api', role: 'unidentified' },
            recordedAt: '2019-06-14T10:02:31.118Z',
            position: '40214',
            command: '6f1e4a52-8a67-4a3b-9d0e-2f5c1b7a9e44',
            data: {
              reference: '19007429',
              authority: 'E07000129',
              subject: 'Planning and development',
              receivedOn: '2019-06-14',
            },
          },
        ],
      },
    ],
  })
  .register(apiSchemas, { id: 'ComplaintHistory' });

type AnsweredEvent = Pick<ComplaintEvent, 'type' | 'data'> &
  Pick<EventMetadata, 'actor' | 'recordedAt'> &
  Readonly<{ revision: number; position: string; command: string }>;

/** A history in the form of {@link HistoryAnswerSchema}: each event at the present version of its type. */
export function historyAnswer(
  reference: CaseReference,
  history: readonly HistoryEntry<ComplaintEvent>[],
): Readonly<{ reference: CaseReference; events: readonly AnsweredEvent[] }> {
  return {
    reference,
    events: history.map(({ event, revision, metadata, position }) => ({
      type: event.type,
      revision,
      actor: metadata.actor,
      recordedAt: metadata.recordedAt,
      position: String(position),
      command: metadata.command.id,
      data: event.data,
    })),
  };
}
