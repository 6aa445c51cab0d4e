import { BLABY, REDDITCH, letterOf } from '../../../test/support/letters.js';
import { renderText } from './render-text.js';

describe('a letter as plain text', () => {
  it('has one line for each paragraph, blank lines between them, and the statistics at the end', async () => {
    const text = renderText(
      await letterOf(BLABY, {
        recipient: { title: 'Chief Executive', name: 'Mrs Toman' },
        paragraphs: ['Our own words, <b>unchanged</b> & whole.'],
      }),
    );
    expect(text.split('\n\n').slice(0, 6)).toEqual([
      'Local Government & Social Care Ombudsman',
      '22 July 2020',
      'By email',
      'Mrs Toman\nChief Executive\nBlaby District Council',
      'Dear Mrs Toman',
      'Annual Review letter 2020',
    ]);
    expect(text).toContain('\n\nOur own words, <b>unchanged</b> & whole.\n\nResources');
    expect(text).toMatch(/\n\nComplaints upheld: Of the complaints [^\n]+\n\n/);
    expect(text).toMatch(/\n- Our website[^\n]+\n- /);
    expect(text.split('\n\n').slice(-18).join('\n')).toBe(
      [
        'Yours sincerely,',
        'Michael King',
        'Local Government and Social Care Ombudsman',
        'Chair, Commission for Local Administration in England',
        'Blaby District Council',
        'For the period ending: 31/03/20',
        'Complaints upheld',
        '75% of complaints we investigated were upheld.',
        'This compares to an average of 45% in similar authorities.',
        '3 upheld decisions',
        'Statistics are based on a total of 4 detailed investigations for the period between 1 April 2019 to 31 March 2020',
        'Compliance with Ombudsman recommendations',
        'In 100% of cases we were satisfied the authority had successfully implemented our recommendations.',
        'This compares to an average of 99% in similar authorities.',
        'Statistics are based on a total of 2 compliance outcomes for the period between 1 April 2019 to 31 March 2020',
        'Failure to comply with our recommendations is rare. An authority with a compliance rate below 100% should scrutinise those complaints where it failed to comply and identify any learning.',
        'Satisfactory remedies provided by the authority',
        'In 33% of upheld cases we found the authority had provided a satisfactory remedy before the complaint reached the Ombudsman.',
        'This compares to an average of 20% in similar authorities.',
        '1 satisfactory remedy decision',
        'Statistics are based on a total of 4 detailed investigations for the period between 1 April 2019 to 31 March 2020\n',
      ].join('\n'),
    );
  });

  it('of synthetic figures says so at its head and before the statistics', async () => {
    const marked = renderText(await letterOf({ ...REDDITCH, synthetic: true }));
    const notice = "[Synthetic data for demonstration: not the council's figures]\n\n";
    expect(marked.startsWith(notice)).toBe(true);
    expect(marked).toContain(`England\n\n${notice}Redditch Borough Council\n`);
    expect(marked.replaceAll(notice, '')).toBe(renderText(await letterOf(REDDITCH)));
  });
});
