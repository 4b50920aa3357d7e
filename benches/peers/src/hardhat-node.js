// `hardhat-node.js PORT MODE ACCOUNTS`: Hardhat's node, without its command line, which would ask for what is not here.
import { createHardhatRuntimeEnvironment } from 'hardhat/hre';
import { CHAIN_ID, MNEMONIC } from './workload.js';

const [port, mode, accounts] = process.argv.slice(2);
const mining = mode === 'interval' ? { auto: false, interval: 1000 } : { auto: true, interval: 0 };
const hre = await createHardhatRuntimeEnvironment({
  networks: {
    node: {
      type: 'edr-simulated',
      chainType: 'l1',
      chainId: CHAIN_ID,
      hardfork: 'shanghai',
      accounts: { mnemonic: MNEMONIC, count: Number(accounts) },
      blockGasLimit: 10_000_000_000n,
      mining: { ...mining, mempool: { order: 'fifo' } },
      loggingEnabled: false,
    },
  },
});
await hre.tasks.getTask('node').run({ hostname: '127.0.0.1', port: Number(port) });
