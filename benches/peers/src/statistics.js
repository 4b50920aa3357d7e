// Figures of a run.

/** The value that this share of the values does not exceed; null of none. */
export function percentile(values, share) {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

/** p50, p95 and p99 of times in milliseconds, as seconds. */
export function latencies(milliseconds) {
  const seconds = (share) => {
    const value = percentile(milliseconds, share);
    return value === null ? null : value / 1000;
  };
  return { p50: seconds(0.5), p95: seconds(0.95), p99: seconds(0.99) };
}

/** How often each of these is among those: none, once, or more. */
export function tally(expected, found) {
  const times = new Map(expected.map((item) => [item, 0]));
  let others = 0;
  for (const item of found) {
    if (times.has(item)) times.set(item, times.get(item) + 1);
    else others++;
  }
  const of = [...times.values()];
  return {
    absent: of.filter((count) => count === 0).length,
    once: of.filter((count) => count === 1).length,
    more: of.filter((count) => count > 1).length,
    others,
  };
}
