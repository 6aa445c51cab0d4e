const SAMPLE_INTERVAL_MS = 20;

/** The peak resident memory of this process while some work runs, in megabytes. */
export class PeakMemory {
  peak = 0;

  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    const sample = () => {
      this.peak = Math.max(this.peak, process.memoryUsage.rss() / 1_000_000);
    };
    const timer = setInterval(sample, SAMPLE_INTERVAL_MS);
    try {
      return await work();
    } finally {
      sample();
      clearInterval(timer);
    }
  }
}
