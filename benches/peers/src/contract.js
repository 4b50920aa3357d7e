// The contract, compiled once, by the compiler that npm installed and nothing else.
import { readFileSync } from 'node:fs';
import { Interface } from 'ethers';
import solc from 'solc';

const NAME = 'MedicalRecords';
const SOURCE = new URL(`../contracts/${NAME}.sol`, import.meta.url);

/** Compiles the contract; gives its bytecode, its interface and the compiler's version. */
export function compile() {
  const input = {
    language: 'Solidity',
    sources: { [NAME]: { content: readFileSync(SOURCE, 'utf8') } },
    settings: {
      // Optimised for running, and through the intermediate language, which packs the best. All peers know this EVM.
      optimizer: { enabled: true, runs: 1_000_000 },
      viaIR: true,
      evmVersion: 'shanghai',
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  const faults = (output.errors ?? []).filter(({ severity }) => severity === 'error');
  if (faults.length > 0) throw new Error(faults.map(({ formattedMessage }) => formattedMessage).join('\n'));
  const { abi, evm } = output.contracts[NAME][NAME];
  return { bytecode: `0x${evm.bytecode.object}`, interface: new Interface(abi), compiler: solc.version() };
}
