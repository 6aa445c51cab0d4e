import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Registry } from 'prom-client';
import { measureProcess } from './process-metrics.js';

/** What one application measures. The registry is its own, so that two in one process do not count into one. */
@Injectable()
export class Metrics implements OnModuleDestroy {
  readonly registry = new Registry();
  private stop: (() => void) | undefined;

  /** Begins to measure the process; a command that serves nobody's questions never does. Idempotent. */
  measureProcess(): void {
    this.stop ??= measureProcess(this.registry);
  }

  onModuleDestroy(): void {
    this.stop?.();
    this.registry.clear();
  }
}
