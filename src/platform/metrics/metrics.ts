import { Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';
import { processRegistry } from './process-metrics.js';

/** What one application measures. The registry is its own, so that two in one process do not count into one. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  /** All of it, and what the process is measured by, in the text format of {@link Registry.contentType}. */
  text(): Promise<string> {
    return Registry.merge([this.registry, processRegistry()]).metrics();
  }
}
