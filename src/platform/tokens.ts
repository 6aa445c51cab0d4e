/** Names under which Nest hands out what is not a class of ours. */
export const EVENT_STORE = Symbol('EventStore');
export const CLOCK = Symbol('Clock');

/** The present instant; a parameter wherever time matters, so that rules can be tested on any day. */
export type Clock = () => Date;
