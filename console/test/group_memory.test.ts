import assert from "node:assert/strict";
import { test } from "node:test";
import { GroupMemories } from "../src/group_memory.ts";

test("the lag of each group is kept for an hour, and a gap breaks the line", () => {
  const groups = new GroupMemories();
  const minute = 60_000;
  for (let at = 1; at <= 70; at++) groups.of("readers").add({ at_ms: at * minute, lag: at, seconds: null });
  groups.of("readers").add({ at_ms: 70 * minute, lag: 9, seconds: 1 }); // no time has passed
  groups.of("readers").add({ at_ms: 80 * minute, lag: 3, seconds: 2 });
  const [times, lags] = groups.of("readers").columns(({ lag }) => lag);
  assert.deepEqual([times[0], lags[0]], [20 * 60, 20]);
  assert.deepEqual(lags.slice(-3), [70, null, 3]);
  assert.deepEqual(groups.of("others").columns(({ seconds }) => seconds), [[], []]);
});
