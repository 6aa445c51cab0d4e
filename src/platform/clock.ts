/** Returns the present instant. Passed in wherever time matters, so that rules can be tested on any day. */
export type Clock = () => Date;
/** The token under which Nest provides the clock. */
export const CLOCK = Symbol('Clock');
