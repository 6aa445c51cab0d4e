import { rule } from '../../platform/refusals.js';
import { authorityRules } from '../receipt/receipt.refusals.js';

/** The rules of decisions. */
export const decisionRefusals = {
  RecordDecision: {
    'already-decided': rule({
      means: 'The case has a decision.',
      message: (decidedOn: string) => `the case was decided on ${decidedOn}`,
      example: ['2019-10-02'],
    }),
    ...authorityRules,
    'decided-before-received': rule({
      means: 'The date of the decision is before the complaint was received.',
      field: 'decidedOn',
      message: (decidedOn: string, receivedOn: string) =>
        `decidedOn ${decidedOn} is before the complaint was received, ${receivedOn}`,
      example: ['2019-06-13', '2019-06-14'],
    }),
    'decided-before-authority-began': rule({
      means: 'The date of the decision is before the body began.',
      field: 'decidedOn',
      message: (decidedOn: string, name: string, existsFrom: string) =>
        `decidedOn ${decidedOn} is before ${name} began, ${existsFrom}`,
      example: ['2019-03-31', 'Dorset Council', '2019-04-01'],
    }),
    'decided-in-the-future': rule({
      means: 'The date of the decision is after today.',
      field: 'decidedOn',
      message: (decidedOn: string) => `decidedOn ${decidedOn} is after today`,
      example: ['2119-10-02'],
    }),
    'finding-required': rule({
      means: 'An upheld decision comes without its finding.',
      field: 'finding',
      message: () => 'an upheld decision needs its finding',
      example: [],
    }),
    'finding-without-upheld': rule({
      means: 'A decision of another outcome comes with a finding.',
      field: 'finding',
      message: (outcome: string) => `a decision ${outcome} has no finding`,
      example: ['not-upheld'],
    }),
  },
};
