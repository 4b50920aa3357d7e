import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PATTERN, countKinds, expectedCounts, kindsOf, plan } from '../src/workload.js';

test('the mix is 40 % anchor, 20 % request, 15 % grant, 15 % open, 10 % appointment', () => {
  assert.equal(PATTERN.length, 20);
  assert.deepEqual(countKinds(kindsOf(100)), { A: 40, R: 20, G: 15, O: 15, P: 10 });
});

test('no more acts are planned than the rules let the members do', () => {
  assert.throws(() => plan({ acts: 100, patients: 8, doctors: 4 }), /eight doctors/);
  assert.throws(() => plan({ acts: 100, patients: 9, doctors: 8 }), /multiple/);
  assert.throws(() => plan({ acts: 10_000, patients: 8, doctors: 8 }), /more patients/);
  assert.equal(plan({ acts: 12_000, patients: 256, doctors: 64 }).records, 10);
});

test('the chain is expected to count what was prepared and what was done', () => {
  const planned = plan({ acts: 200, patients: 16, doctors: 8 });
  assert.deepEqual(expectedCounts(planned, planned.kinds), [24, 20, 16 * planned.records + 80, 40, 16 * planned.records + 30, 30]);
});
