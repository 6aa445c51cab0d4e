/** A printed rate and its average of similar authorities, in per cent; null where the letter prints none. */
type PrintedRate = readonly [percent: number | null, average: number | null];

/** What a council's annual review letter of 22 July 2020 prints. */
export type PublishedFigures = Readonly<{
  code: string;
  /** Null where the figures of the letter are lost. */
  printed: Readonly<{
    upheld: PrintedRate;
    compliance: PrintedRate;
    satisfactoryRemedies: PrintedRate;
  }> | null;
}>;

/** The councils named in the demo. */
export const PUBLISHED_2019_20: readonly PublishedFigures[] = [
  {
    code: 'E07000129',
    printed: { upheld: [75, 45], compliance: [100, 99], satisfactoryRemedies: [33, 20] },
  },
  {
    code: 'E10000034',
    printed: { upheld: [86, 66], compliance: [92, 100], satisfactoryRemedies: [16, 9] },
  },
  {
    code: 'E07000236',
    printed: { upheld: [null, null], compliance: [null, null], satisfactoryRemedies: [null, null] },
  },
  { code: 'E06000022', printed: null },
  { code: 'E07000197', printed: null },
];
