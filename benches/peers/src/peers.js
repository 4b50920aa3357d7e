// The peers: how each is started in each of its modes, and what it does not do.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Rpc } from './rpc.js';
import { CHAIN_ID, DERIVATION, MNEMONIC } from './workload.js';

const MODULES = fileURLToPath(new URL('../node_modules/', import.meta.url));
const START_MILLISECONDS = 60_000;
const GAS_LIMIT = 10_000_000_000;

const ganache = (port, accounts, more) => [
  process.execPath,
  [join(MODULES, 'ganache/dist/node/cli.js'), '--server.host', '127.0.0.1', '--server.port', port,
    '--chain.chainId', CHAIN_ID, '--wallet.mnemonic', MNEMONIC, '--wallet.totalAccounts', accounts, '--wallet.lock',
    '--miner.blockGasLimit', GAS_LIMIT, '--logging.quiet', ...more],
];
const hardhat = (port, accounts, mode) => [
  process.execPath,
  [fileURLToPath(new URL('hardhat-node.js', import.meta.url)), port, mode, accounts],
];
const anvil = (port, accounts, more) => [
  join(MODULES, '@foundry-rs/anvil-linux-amd64/bin/anvil'),
  ['--host', '127.0.0.1', '--port', port, '--chain-id', CHAIN_ID, '--accounts', accounts, '--mnemonic', MNEMONIC,
    '--derivation-path', DERIVATION, '--hardfork', 'shanghai', '--gas-limit', GAS_LIMIT, '--order', 'fifo', '--quiet',
    ...more],
];

/** No peer agrees with others on anything, keeps contents, encrypts, or withholds what was not opened. */
const NONE_DOES = [
  'consensus: one process makes the blocks, none votes on them, nothing is ever final',
  'encryption: contents and their keys are left to the clients',
  'enforcement: an opening is logged, but nobody needs it to read',
  'quotas: whoever has an account may fill the chain',
];
const IN_MEMORY = 'durability: the chain is gone when the process ends';

/**
 * Every peer in every mode, with how many answers a connection waits for and, where it chokes on more, how many transactions
 * may wait for a block. The best of a peer's modes is what is compared.
 */
export const MODES = [
  {
    peer: 'ganache', mode: 'eager', window: 2, title: 'Ganache 7, a block for each transaction, answered when it is in it',
    command: (port, accounts) => ganache(port, accounts, []), lacks: [...NONE_DOES, IN_MEMORY],
  },
  {
    peer: 'ganache', mode: 'interval', window: 16, backlog: 64, title: 'Ganache 7, a block each second',
    command: (port, accounts) => ganache(port, accounts, ['--miner.blockTime', 1]), lacks: [...NONE_DOES, IN_MEMORY],
  },
  {
    peer: 'ganache-disk', mode: 'eager', window: 2, title: 'Ganache 7 with a database on disk',
    command: (port, accounts, folder) => ganache(port, accounts, ['--database.dbPath', join(folder, 'chain')]),
    lacks: [...NONE_DOES, 'durability: what is written is not flushed to the disk'],
  },
  {
    peer: 'hardhat', mode: 'automatic', window: 16, title: "Hardhat's node, a block for each transaction",
    command: (port, accounts) => hardhat(port, accounts, 'automatic'), lacks: [...NONE_DOES, IN_MEMORY],
  },
  {
    peer: 'hardhat', mode: 'interval', window: 128, title: "Hardhat's node, a block each second",
    command: (port, accounts) => hardhat(port, accounts, 'interval'), lacks: [...NONE_DOES, IN_MEMORY],
  },
  {
    peer: 'anvil', mode: 'at-once', window: 16, backlog: 512, title: 'Anvil, mining at once, history pruned',
    command: (port, accounts) => anvil(port, accounts, ['--prune-history']), lacks: [...NONE_DOES, IN_MEMORY],
  },
  {
    peer: 'anvil', mode: 'interval', window: 512, title: 'Anvil, a block each second, history pruned',
    command: (port, accounts) => anvil(port, accounts, ['--block-time', 1, '--prune-history']),
    lacks: [...NONE_DOES, IN_MEMORY],
  },
];

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a peer, hands its port and process id over, and ends it. */
export async function withPeer({ command }, accounts, act) {
  const folder = await mkdtemp(join(tmpdir(), 'medchain-peer-'));
  const port = await freePort();
  const [program, parameters] = command(port, accounts, folder);
  const child = spawn(program, parameters.map(String), {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, HARDHAT_DISABLE_TELEMETRY: 'true' },
  });
  let complaint = '';
  child.stderr.on('data', (data) => (complaint = (complaint + data).slice(-2000)));
  try {
    const late = performance.now() + START_MILLISECONDS;
    for (;;) {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${complaint}`);
      try {
        const rpc = await Rpc.connect(port);
        await rpc.call('eth_chainId');
        rpc.close();
        break;
      } catch (error) {
        if (performance.now() > late) throw error;
        await sleep(200);
      }
    }
    return await act(port, child.pid, folder);
  } finally {
    if (child.exitCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  }
}
