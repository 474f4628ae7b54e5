// An hour of totals, kept by the page: samples of what the API has, and what they changed by.
export interface Sample {
  at_ms: number;
  ready: number;
  unacknowledged: number;
}

export const kHistoryMs = 60 * 60 * 1000;
/// After a gap (a laptop that slept, a server that was away) the line is broken, not drawn through. Browsers let a hidden tab ask once a
/// minute: that is none.
const kGapMs = 75_000;

export class History {
  private samples: Sample[] = [];

  add(sample: Sample): void {
    const last = this.samples[this.samples.length - 1];
    if (last && sample.at_ms <= last.at_ms) return;
    this.samples.push(sample);
    const oldest = sample.at_ms - kHistoryMs;
    let gone = 0;
    while ((this.samples[gone]?.at_ms ?? oldest) < oldest) gone++;
    if (gone > 0) this.samples.splice(0, gone);
  }

  get length(): number {
    return this.samples.length;
  }

  /// For uPlot: seconds, ready, unacknowledged; a gap is a point without values.
  levels(): [number[], (number | null)[], (number | null)[]] {
    const columns: [number[], (number | null)[], (number | null)[]] = [[], [], []];
    this.samples.forEach((sample, at) => {
      const before = this.samples[at - 1];
      if (before && sample.at_ms - before.at_ms > kGapMs) push(columns, before.at_ms / 1000 + 1, null, null);
      push(columns, sample.at_ms / 1000, sample.ready, sample.unacknowledged);
    });
    return columns;
  }

  /// Messages more (or, below zero, fewer) per second, from one sample to the next.
  changes(): [number[], (number | null)[]] {
    const times: number[] = [];
    const rates: (number | null)[] = [];
    this.samples.forEach((sample, at) => {
      const before = this.samples[at - 1];
      if (!before) return;
      const passed_ms = sample.at_ms - before.at_ms;
      const changed = sample.ready + sample.unacknowledged - before.ready - before.unacknowledged;
      times.push(sample.at_ms / 1000);
      rates.push(passed_ms > kGapMs ? null : (changed * 1000) / passed_ms);
    });
    return [times, rates];
  }
}

function push(columns: [number[], (number | null)[], (number | null)[]], at: number, ready: number | null, unacknowledged: number | null) {
  columns[0].push(at);
  columns[1].push(ready);
  columns[2].push(unacknowledged);
}
