// `main.js [--acts N] [--patients N] [--doctors N] [--seconds N] [--connections N] [--only PEER] [--quick]`: the medical mix
// on each peer in each of its modes. Prints JSON; what goes on goes to the standard error.
import { parseArgs } from 'node:util';
import { compile } from './contract.js';
import { drive, ledger } from './drive.js';
import { MODES, withPeer } from './peers.js';
import { peakMemory, processorSeconds } from './process.js';
import { Rpc } from './rpc.js';
import { signTransaction } from './signer.js';
import { countKinds, expectedCounts, plan, sign } from './workload.js';

const QUICK = { acts: '8000', patients: '64', doctors: '64', seconds: '10' };
const FULL = { acts: '20000', patients: '128', doctors: '64', seconds: '120' };
/** The share of the acts that a peer is offered at half its speed, to see how long they wait. */
const AT_HALF = 0.25;

const { values: given } = parseArgs({
  options: {
    acts: { type: 'string' }, patients: { type: 'string' }, doctors: { type: 'string' }, seconds: { type: 'string' },
    connections: { type: 'string', default: '8' }, only: { type: 'string' }, quick: { type: 'boolean', default: false },
  },
});
const options = { ...(given.quick ? QUICK : FULL), ...given };
const number = (name) => {
  const value = Number(options[name]);
  if (!Number.isInteger(value) || value < 1 || value > 1_000_000) throw new Error(`--${name} needs a number from 1`);
  return value;
};
/** For how long at most. */
const HALF_SECONDS = given.quick ? 5 : 20;
const progress = (text) => process.stderr.write(`peers: ${text}\n`);
/** Copies, since a run notes in each transaction what became of it. */
const fresh = (transactions) => transactions.map((transaction) => ({ ...transaction }));

async function measure(mode, { stages, acts, address, senders }, contract, planned) {
  const [connections, seconds, { window, backlog }] = [number('connections'), number('seconds'), mode];
  return withPeer(mode, senders, async (port, pid) => {
    for (const stage of stages) {
      // One connection, so that what one member does is there before the next does.
      const done = await drive(port, fresh(stage), { connections: 1, window: 16, seconds: 300 });
      if (done.once !== stage.length) throw new Error(`only ${done.once} of ${stage.length} acts of preparation: ${done.firstRefusal}`);
    }
    // First as fast as it takes them; then some of the rest at half of that.
    const offered = fresh(acts);
    const before = processorSeconds(pid);
    const began = performance.now();
    const most = await drive(port, offered.slice(0, Math.ceil(acts.length * (1 - AT_HALF))), { connections, window, backlog, seconds });
    const cores = (processorSeconds(pid) - before) / ((performance.now() - began) / 1000);
    const rate = most.perSecond / 2;
    const rest = offered.filter(({ sent }) => !sent).slice(0, Math.ceil(rate * HALF_SECONDS));
    const half = await drive(port, rest, { connections, window, backlog, rate, seconds: 2 * HALF_SECONDS });
    // Once nothing is on its way any more, what is there and what it did.
    const { times, included } = await ledger(port, offered.filter(({ sent }) => sent));
    const rpc = await Rpc.connect(port);
    const answer = await rpc.call('eth_call', { to: address, data: contract.interface.encodeFunctionData('counts') }, 'latest');
    rpc.close();
    const counts = [...contract.interface.decodeFunctionResult('counts', answer)[0]].map(Number);
    const expected = expectedCounts(planned, countKinds(included.map(({ kind }) => kind)));
    const effects = counts.every((count, index) => count === expected[index]);
    return { most, half, times, cores, memory: peakMemory(pid), counts, expected, effects };
  });
}

const contract = compile();
const planned = plan({ acts: number('acts'), patients: number('patients'), doctors: number('doctors') });
progress(`signing ${planned.acts} acts of ${planned.patients} patients and ${planned.doctors} doctors`);
const workload = await sign(contract, planned, signTransaction);
const results = [];
for (const mode of MODES.filter(({ peer }) => !options.only || peer === options.only)) {
  progress(mode.title);
  const { command: _, ...named } = mode;
  try {
    const figures = await measure(mode, workload, contract, planned);
    const { most, times } = figures;
    progress(`  ${most.perSecond.toFixed(1)} calls a second; ${times.once} exactly once, ${times.more} more often, ${times.absent} not at all`);
    results.push({ ...named, ...figures });
  } catch (error) {
    progress(`  failed: ${error.message}`);
    results.push({ ...named, failed: error.message });
  }
}
const { acts, patients, doctors, kinds, records } = planned;
const bytes = workload.acts.reduce((sum, act) => sum + act.bytes, 0) / workload.acts.length;
process.stdout.write(`${JSON.stringify({
  compiler: contract.compiler, acts, patients, doctors, kinds, records, connections: number('connections'),
  seconds: number('seconds'), bytesPerAct: bytes, results,
}, null, 2)}\n`);
process.exit(results.some(({ failed, effects }) => failed || !effects) ? 1 : 0);
