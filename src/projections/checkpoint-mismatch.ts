import { Unavailable } from '../platform/errors.js';

/** The stored checkpoint does not belong to this program or its log. This does not pass by itself: an operator must act. */
export abstract class CheckpointMismatch extends Unavailable {
  override get isTransient(): boolean {
    return false;
  }
}
