import { rule } from '../../platform/refusals.js';

/** The rules of compliance checks. */
export const complianceCheckRefusals = {
  CheckCompliance: {
    'checked-before-decision': rule({
      means: 'The date of the check is before the decision.',
      field: 'checkedOn',
      message: (checkedOn: string, decidedOn: string) =>
        `checkedOn ${checkedOn} is before the decision, ${decidedOn}`,
      example: ['2019-10-01', '2019-10-02'],
    }),
    'checked-in-the-future': rule({
      means: 'The date of the check is after today.',
      field: 'checkedOn',
      message: (checkedOn: string) => `checkedOn ${checkedOn} is after today`,
      example: ['2120-01-08'],
    }),
    'action-date-required': rule({
      means: 'A complied comes without the date on which the council acted.',
      field: 'actionOn',
      message: () => 'complied needs the date the council acted',
      example: [],
    }),
    'acted-after-check': rule({
      means: 'The date on which the council acted is after the check.',
      field: 'actionOn',
      message: (actionOn: string, checkedOn: string) =>
        `actionOn ${actionOn} is after the check, ${checkedOn}`,
      example: ['2020-01-09', '2020-01-08'],
    }),
    'already-complied': rule({
      means: 'The council has complied, which only a correction can change.',
      message: (checkedOn: string) =>
        `complied was recorded as checked on ${checkedOn}; it can only be corrected`,
      example: ['2020-01-08'],
    }),
    'checked-before-earlier-check': rule({
      means: 'The date of the check is before the last check of the recommendation.',
      field: 'checkedOn',
      message: (checkedOn: string, earlier: string) =>
        `checkedOn ${checkedOn} is before the earlier check, ${earlier}`,
      example: ['2020-01-07', '2020-01-08'],
    }),
    'too-many-checks': rule({
      means: 'The recommendation has as many checks as one may have.',
      message: (most: number) => `a recommendation carries at most ${most} checks`,
      example: [20],
    }),
  },
};
