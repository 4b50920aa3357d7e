// Signs transactions for all peers at once: they have the same chain id, the same funded accounts and the same nonces.
import { Transaction } from 'ethers';
import { CHAIN_ID } from './workload.js';

/** Above any base fee that these chains come to. */
const GAS_PRICE = 100_000_000_000n;

/** Signs a legacy transaction with its sender's next nonce. */
export async function signTransaction({ from, sender, to, data, gasLimit }) {
  const transaction = Transaction.from({
    type: 0, chainId: CHAIN_ID, nonce: from.nonce++, gasPrice: GAS_PRICE, gasLimit, to, data, value: 0,
  });
  transaction.signature = from.signingKey.sign(transaction.unsignedHash);
  return { sender, hash: transaction.hash, raw: transaction.serialized, bytes: transaction.serialized.length / 2 - 1 };
}
