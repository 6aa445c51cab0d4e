const LOOK_EVERY = 20;

/** The most memory this process takes up while it works on something, in megabytes. */
export class PeakMemory {
  peak = 0;

  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    const look = () => {
      this.peak = Math.max(this.peak, process.memoryUsage.rss() / 1_000_000);
    };
    const looking = setInterval(look, LOOK_EVERY);
    try {
      return await work();
    } finally {
      look();
      clearInterval(looking);
    }
  }
}
