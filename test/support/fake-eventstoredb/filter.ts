import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { ServerEvent } from './server-event.js';

/** Events looked at in one step when a filter names no window. */
const DEFAULT_WINDOW = 32;

export type AllFilter = Readonly<{
  matches: (event: ServerEvent) => boolean;
  /** Events looked at before a checkpoint is sent; undefined when none are. */
  checkpointEvery: number | undefined;
}>;

/** A filter of `$all` by the prefixes or the expression of stream names or event types. */
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
