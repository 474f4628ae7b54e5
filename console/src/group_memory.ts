// What the console remembers of groups while somebody is signed in: an hour of lag, and how to take back the last reset.
import { kHistoryMs } from "./history.ts";
import type { Place } from "./own_types.ts";

const kGapMs = 75_000;

interface Sample {
  at_ms: number;
  lag: number;
  seconds: number | null;
}

export class GroupMemory {
  private samples: Sample[] = [];
  undo: { at_ms: number; places: Place[] } | null = null;

  add(sample: Sample): void {
    const last = this.samples[this.samples.length - 1];
    if (last && sample.at_ms <= last.at_ms) return;
    this.samples.push(sample);
    while ((this.samples[0]?.at_ms ?? sample.at_ms) < sample.at_ms - kHistoryMs) this.samples.shift();
  }

  /// For uPlot: seconds, and what `value` takes; after a gap the line is broken.
  columns(value: (sample: Sample) => number | null): [number[], (number | null)[]] {
    const times: number[] = [];
    const values: (number | null)[] = [];
    this.samples.forEach((sample, at) => {
      const before = this.samples[at - 1];
      if (before && sample.at_ms - before.at_ms > kGapMs) {
        times.push(before.at_ms / 1000 + 1);
        values.push(null);
      }
      times.push(sample.at_ms / 1000);
      values.push(value(sample));
    });
    return [times, values];
  }
}

export class GroupMemories {
  private by_name = new Map<string, GroupMemory>();

  of(name: string): GroupMemory {
    let memory = this.by_name.get(name);
    if (!memory) this.by_name.set(name, (memory = new GroupMemory()));
    return memory;
  }
}
