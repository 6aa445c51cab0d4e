import { authorityAggregate } from '../../src/authorities/authority-register.js';
import { authorityEventSchemas } from '../../src/authorities/authority.events.js';
import { complaintAggregate } from '../../src/complaints/complaint.command-handler.js';
import { complaintEventSchemas } from '../../src/complaints/complaint.events.js';
import { claimIdempotencyKey } from '../../src/event-sourcing/idempotency-key.js';
import { commandContext } from '../../src/event-sourcing/command-context.js';
import type { JsonObject } from '../../src/event-store/event-store.js';
import type { EventSchemas, EventsOf } from '../../src/event-sourcing/event-schema.js';
import { currentSchema, type EventSchema } from '../../src/event-sourcing/upcasting.js';
import { position } from '../../src/event-store/position.js';
import { StreamCommandHandler } from '../../src/event-sourcing/command-handler.js';
import type { DeadLetter } from '../../src/projections/dead-letter.js';
import { ProjectionAudit } from '../../src/projections/projection-audit.js';
import { StoreProvenance } from '../../src/provenance/provenance.js';
import type { GoldenStore } from './golden-store.js';

const AT = new Date('2026-04-01T09:00:00.000Z');
const by = (id: string) => commandContext({ id: 'cw-7', role: 'caseworker' }, AT, id);

/**
 * Records every type of event at its present version through the program itself. Golden files are made from this log.
 * All of it is invented, and the same on every run: times are fixed, and {@link GoldenStore} fixes the ids.
 */
export async function recordGoldenLog(store: GoldenStore): Promise<void> {
  const authorities = new StreamCommandHandler(store, authorityAggregate);
  for (const [index, event] of AUTHORITY.entries()) {
    await authorities.handle('E07999001', event, by(`golden-authority-${index}`), () => [event]);
  }
  const complaints = new StreamCommandHandler(store, complaintAggregate);
  for (const [reference, commands] of Object.entries(CASES)) {
    for (const [index, events] of commands.entries()) {
      await complaints.handle(reference, { events }, by(`golden-case-${index}`), () => events);
    }
  }
  await claimIdempotencyKey(store, { type: 'ReceiveComplaint', reference: '19007429' }, by('golden-claim'));
  const acts = new ProjectionAudit(store);
  await acts.recordResumption('statistics', STOP, by('golden-resume'));
  await acts.recordSkip('statistics', STOP, 'entered by a faulty client', by('golden-skip'));
  const provenance = new StoreProvenance(store);
  await provenance.declareSynthetic('golden', by('golden-synthetic'));
  await provenance.declareLoaded(1, by('golden-loaded'));
}

const authorityEvent = eventOf(authorityEventSchemas);
const AUTHORITY = [
  authorityEvent('AuthorityRegistered', {
    code: 'E07999001',
    name: 'Golden Vale District Council',
    type: 'district',
    region: 'East Midlands',
    county: 'E10999001',
    existsFrom: '2018-04-01',
  }),
  authorityEvent('AuthorityAbolished', {
    abolishedOn: '2023-04-01',
    successors: ['E06999001', 'E06999002'],
  }),
];

const caseEvent = eventOf(complaintEventSchemas);
/** The commands of each case, by reference. Together the cases have every type of event that a complaint can have. */
const CASES = {
  '19007429': [
    [
      caseEvent('ComplaintReceived', {
        reference: '19007429',
        authority: 'E07999001',
        subject: 'Housing – damp, “repairs” & delay ½',
        receivedOn: '2019-06-14',
      }),
    ],
    [
      caseEvent('DecisionRecorded', {
        outcome: 'upheld',
        reason: 'fault and injustice',
        decidedOn: '2019-10-02',
      }),
      caseEvent('FindingUpheld', {
        injustice: true,
        remedy: 'recommended',
        summary: 'The council took eleven months over repairs.',
      }),
    ],
    [
      caseEvent('RecommendationMade', {
        recommendation: 'r1',
        kind: 'personal',
        category: 'Apology',
        text: 'Apologise.',
        dueOn: '2019-11-02',
      }),
    ],
    [
      caseEvent('RecommendationMade', {
        recommendation: 'r2',
        kind: 'service-improvement',
        category: 'Training',
        text: 'Train the housing officers.',
        dueOn: '2020-01-02',
      }),
    ],
    [
      caseEvent('ComplianceChecked', {
        recommendation: 'r1',
        result: 'complied',
        actionOn: '2019-11-02',
        checkedOn: '2019-11-20',
        evidence: 'A copy of the letter.',
      }),
    ],
    [
      caseEvent('ComplianceChecked', {
        recommendation: 'r2',
        result: 'not-complied',
        checkedOn: '2020-01-10',
      }),
    ],
    [
      caseEvent('ComplianceChecked', {
        recommendation: 'r2',
        result: 'complied',
        actionOn: '2020-02-01',
        checkedOn: '2020-02-14',
      }),
    ],
  ],
};

const STOP: DeadLetter = {
  position: position('40217'),
  eventId: '3603e15a-147c-443c-bac7-98ae19eaf610',
  stream: 'complaint-19007430',
  revision: 2,
  type: 'FindingUpheld@1',
  error: 'Error: a finding without a decision',
  attempts: 3,
  failedAt: AT.toISOString(),
};

/** Makes events of a slice from plain data, parsed by their present schemas. */
function eventOf<Schemas extends EventSchemas>(schemas: Schemas) {
  return (type: keyof Schemas & string, data: JsonObject) => {
    const schema: EventSchema | undefined = schemas[type];
    if (schema === undefined) throw new Error(`no schema for event ${type}`);
    return { type, data: currentSchema(schema).parse(data) } as EventsOf<Schemas>;
  };
}
