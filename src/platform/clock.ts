/** Returns the present instant. Code that depends on the time receives a clock, so that tests can set the day. */
export type Clock = () => Date;
/** The token under which Nest provides the clock. */
export const CLOCK = Symbol('Clock');
