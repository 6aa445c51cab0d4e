import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { ServerEvent } from './server-event.js';

/** Search window of a filter that sets none. */
const DEFAULT_WINDOW = 32;

/** A filter of `$all`. */
export type AllFilter = Readonly<{
  matches: (event: ServerEvent) => boolean;
  /** Events searched before each checkpoint; undefined when no checkpoints are sent. */
  checkpointEvery: number | undefined;
}>;

/** Filters by prefixes or a regular expression of stream names or event types. */
export function allFilter(filter: ReadReq.Options.FilterOptions | undefined): AllFilter {
  if (filter === undefined) return { matches: () => true, checkpointEvery: undefined };
  const byType = filter.getEventType();
  const expression = byType ?? filter.getStreamIdentifier();
  const prefixes = expression?.getPrefixList() ?? [];
  const regex = expression?.getRegex() ?? '';
  const pattern = regex === '' ? undefined : new RegExp(regex, 'u');
  const window = filter.hasMax() ? filter.getMax() : DEFAULT_WINDOW;
  return {
    matches: ({ type, stream }) => {
      const name = byType === undefined ? stream : type;
      return pattern === undefined ? prefixes.some((prefix) => name.startsWith(prefix)) : pattern.test(name);
    },
    checkpointEvery: window * filter.getCheckpointintervalmultiplier(),
  };
}
