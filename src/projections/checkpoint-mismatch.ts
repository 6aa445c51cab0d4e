import { Unavailable } from '../platform/errors.js';

/** What is stored and what is running do not belong together. It does not pass by itself: someone must act. */
export abstract class CheckpointMismatch extends Unavailable {
  override get isTransient(): boolean {
    return false;
  }
}
