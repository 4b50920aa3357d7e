import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latencies, percentile, tally } from '../src/statistics.js';

test('a percentile is the value that so many do not exceed', () => {
  const values = Array.from({ length: 20 }, (_, index) => 20 - index);
  assert.equal(percentile(values, 0.95), 19);
  assert.equal(percentile(values, 0.5), 10);
  assert.equal(percentile(values, 1), 20);
  assert.equal(percentile([7], 0.01), 7);
  assert.equal(percentile([], 0.5), null);
});

test('latencies are seconds, and none of none', () => {
  assert.deepEqual(latencies([1000, 2000, 3000]), { p50: 2, p95: 3, p99: 3 });
  assert.deepEqual(latencies([]), { p50: null, p95: null, p99: null });
});

test('what is there twice or not at all does not count as there once', () => {
  assert.deepEqual(tally(['a', 'b', 'c'], ['a', 'c', 'c', 'z']), { absent: 1, once: 1, more: 1, others: 1 });
});
