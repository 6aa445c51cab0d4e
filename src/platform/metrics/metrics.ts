import { Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';
import { processRegistry } from './process-metrics.js';

/** The metrics of one application. It has a registry of its own, so that two in one process are counted apart. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  /** Its metrics and those of the process, in the text format of {@link Registry.contentType}. */
  text(): Promise<string> {
    return Registry.merge([this.registry, processRegistry()]).metrics();
  }
}
