import { rule } from '../../platform/refusals.js';

/** The rule of every command that concerns a body of the register. */
export const authorityRules = {
  'unknown-authority': rule({
    means: 'The register has no such body.',
    field: 'authority',
    message: (code: string) => `${code} is not in the register`,
    example: ['E07000999'],
  }),
};

/** The rules of receipt. */
export const receiptRefusals = {
  ReceiveComplaint: {
    'reference-in-use': rule({
      means: 'The reference belongs to a complaint with other content.',
      field: 'reference',
      message: (reference: string) => `${reference} is in use with other content`,
      example: ['19007429'],
    }),
    ...authorityRules,
    'received-in-the-future': rule({
      means: 'The date of receipt is after today.',
      field: 'receivedOn',
      message: (receivedOn: string) => `receivedOn ${receivedOn} is after today`,
      example: ['2119-06-14'],
    }),
    'received-before-the-ombudsman': rule({
      means: 'The date of receipt is before the ombudsman began.',
      field: 'receivedOn',
      message: (receivedOn: string, firstDay: string) =>
        `receivedOn ${receivedOn} is before the ombudsman began, ${firstDay}`,
      example: ['0219-06-14', '1974-04-01'],
    }),
  },
};
