/** The present instant; a parameter wherever time matters, so that rules can be tested on any day. */
export type Clock = () => Date;
export const CLOCK = Symbol('Clock');
