// An hour of totals: what the server remembers of it, and then a sample at a time while the page is open.
import type { Query } from "./api.ts";
import type { Rate } from "./types.ts";

/// Totals rise, until the server begins anew.
export interface Sample {
  at_ms: number;
  ready: number;
  unacknowledged: number;
  published: number;
  delivered: number;
}

/// RabbitMQ's samples of one number, the newest first.
export interface Sampled extends Rate {
  samples?: { sample: number; timestamp: number }[];
}

/// What the API tells of the hour, in its two parts.
export interface SampledHour {
  lengths: { messages_ready_details?: Sampled; messages_unacknowledged_details?: Sampled } | undefined;
  stats: { publish_details?: Sampled; deliver_get_details?: Sampled } | undefined;
}

export const kHistoryMs = 60 * 60 * 1000;
const kStepSeconds = 10;
/// After a gap (a laptop that slept, a server that was away) the line is broken, not drawn through. Browsers let a hidden tab ask once a
/// minute: that is none.
const kGapMs = 75_000;

/// Asks for the hour.
export function hour_query(): Query {
  const age = kHistoryMs / 1000;
  return { lengths_age: age, lengths_incr: kStepSeconds, msg_rates_age: age, msg_rates_incr: kStepSeconds };
}

/// The oldest first; of times of which all four numbers are known.
export function samples_of({ lengths, stats }: SampledHour): Sample[] {
  const by_time = (details: Sampled | undefined) => new Map((details?.samples ?? []).map(({ timestamp, sample }) => [timestamp, sample]));
  const [ready, unacknowledged, published, delivered] = [lengths?.messages_ready_details, lengths?.messages_unacknowledged_details, stats?.publish_details, stats?.deliver_get_details].map(by_time);
  const samples: Sample[] = [];
  for (const [at_ms, value] of ready ?? []) {
    const others = [unacknowledged?.get(at_ms), published?.get(at_ms), delivered?.get(at_ms)] as const;
    if (others[0] === undefined || others[1] === undefined || others[2] === undefined) continue;
    samples.push({ at_ms, ready: value, unacknowledged: others[0], published: others[1], delivered: others[2] });
  }
  return samples.sort((a, b) => a.at_ms - b.at_ms);
}

type Columns = [number[], (number | null)[], (number | null)[]];

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

  /// What was before the first own sample.
  begin_with(earlier: Sample[]): void {
    const first = this.samples[0]?.at_ms ?? Infinity;
    this.samples.unshift(...earlier.filter(({ at_ms }) => at_ms < first));
  }

  get length(): number {
    return this.samples.length;
  }

  /// For uPlot: seconds, ready, unacknowledged; a gap is a point without values.
  levels(): Columns {
    const columns: Columns = [[], [], []];
    this.samples.forEach((sample, at) => {
      const before = this.samples[at - 1];
      if (before && sample.at_ms - before.at_ms > kGapMs) push(columns, before.at_ms / 1000 + 1, null, null);
      push(columns, sample.at_ms / 1000, sample.ready, sample.unacknowledged);
    });
    return columns;
  }

  /// Messages per second that came in, and that were handed out, from one sample to the next. Totals that fell say nothing.
  rates(): Columns {
    const columns: Columns = [[], [], []];
    this.samples.forEach((sample, at) => {
      const before = this.samples[at - 1];
      if (!before) return;
      const passed_ms = sample.at_ms - before.at_ms;
      const rate = (from: number, to: number) => (passed_ms > kGapMs || to < from ? null : ((to - from) * 1000) / passed_ms);
      push(columns, sample.at_ms / 1000, rate(before.published, sample.published), rate(before.delivered, sample.delivered));
    });
    return columns;
  }
}

function push(columns: Columns, at: number, first: number | null, second: number | null) {
  columns[0].push(at);
  columns[1].push(first);
  columns[2].push(second);
}
