// Offers signed transactions to a peer, and sees when they are in blocks.
import { setTimeout as sleep } from 'node:timers/promises';
import { Rpc } from './rpc.js';
import { latencies, tally } from './statistics.js';

/** How often the peer is asked for its height. */
const LOOK_MILLISECONDS = 20;
/** How long what was sent may take to be in a block once no more is sent. */
const SETTLE_MILLISECONDS = 10_000;

/** Watches the height of the chain: when each block was first seen. */
class Height {
  #rpc;
  #stopped = false;
  #ran;
  /** Pairs of height and moment, rising. */
  seen = [];

  /** How many transactions are in the blocks that were seen, if that is counted. */
  transactions = 0;

  constructor(rpc, counted) {
    this.#rpc = rpc;
    this.counted = counted;
  }

  async begin() {
    this.first = Number(await this.#rpc.call('eth_blockNumber'));
    this.seen.push([this.first, performance.now()]);
    this.#ran = this.#run();
  }

  async #run() {
    while (!this.#stopped) {
      const height = Number(await this.#rpc.call('eth_blockNumber'));
      const before = this.seen.at(-1)[0];
      if (height > before) this.seen.push([height, performance.now()]);
      for (let number = before + 1; this.counted && number <= height; number++) {
        this.transactions += Number(await this.#rpc.call('eth_getBlockTransactionCountByNumber', `0x${number.toString(16)}`));
      }
      await sleep(LOOK_MILLISECONDS);
    }
  }

  async end() {
    this.#stopped = true;
    await this.#ran;
  }

  /** When this block was first seen. */
  moment(number) {
    let [low, high] = [0, this.seen.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.seen[middle][0] >= number) high = middle;
      else low = middle + 1;
    }
    return this.seen[low][1];
  }
}

/** One connection's share of the transactions, in order, at most so many of them unanswered. */
async function send(rpc, transactions, { pause, start, until, window, failures, hold }) {
  const unanswered = new Set();
  for (const transaction of transactions) {
    transaction.due = pause === null ? performance.now() : start + transaction.place * pause;
    const early = transaction.due - performance.now();
    if (early > 1) await sleep(early);
    while (unanswered.size >= window && performance.now() < until) await Promise.race([...unanswered, sleep(100)]);
    while (hold() && performance.now() < until) await sleep(LOOK_MILLISECONDS);
    if (performance.now() >= until) break;
    if (pause === null) transaction.due = performance.now();
    transaction.sent = true;
    const answer = rpc
      .call('eth_sendRawTransaction', transaction.raw)
      .catch((error) => failures.set(transaction.hash, error.message))
      .finally(() => unanswered.delete(answer));
    unanswered.add(answer);
  }
  while (unanswered.size > 0 && performance.now() < until) await Promise.race([...unanswered, sleep(100)]);
}

/**
 * Offers transactions, so many a second (or as fast as they are taken), over so many connections, for so many seconds at
 * most, and no more while so many of them wait for a block (`backlog`) or on a connection for an answer (`window`). A sender's transactions go over one connection, in order. Gives what became of them, once they are in blocks.
 */
export async function drive(port, transactions, { rate = null, connections = 8, window = 64, backlog = Infinity, seconds = 60 } = {}) {
  const rpcs = await Promise.all(Array.from({ length: connections }, () => Rpc.connect(port)));
  const watcher = await Rpc.connect(port);
  try {
    const height = new Height(watcher, backlog !== Infinity);
    await height.begin();
    const shares = rpcs.map(() => []);
    for (const [place, transaction] of transactions.entries()) {
      transaction.place = place;
      transaction.sent = false;
      shares[transaction.sender % connections].push(transaction);
    }
    const failures = new Map();
    const start = performance.now();
    const until = start + seconds * 1000;
    const pause = rate === null ? null : 1000 / rate;
    let taken = 0;
    const hold = () => {
      if (taken - height.transactions - failures.size >= backlog) return true;
      taken++;
      return false;
    };
    await Promise.all(shares.map((share, index) => send(rpcs[index], share, { pause, start, until, window, failures, hold })));
    const sent = transactions.filter((transaction) => transaction.sent);
    // What was sent in time may take some more of it to be in a block.
    await settle(watcher, sent.filter(({ hash }) => !failures.has(hash)), Math.max(until, performance.now() + SETTLE_MILLISECONDS));
    const last = Number(await watcher.call('eth_blockNumber'));
    await sleep(2 * LOOK_MILLISECONDS);
    await height.end();
    return await account({ watcher, height, last, start, transactions, sent, failures });
  } finally {
    for (const rpc of [...rpcs, watcher]) rpc.close();
  }
}

/** Waits until the last transaction of each sender is in a block, or the time is up. */
async function settle(rpc, sent, until) {
  const lasts = new Map(sent.map((transaction) => [transaction.sender, transaction.hash]));
  for (const hash of lasts.values()) {
    while ((await rpc.call('eth_getTransactionReceipt', hash)) === null && performance.now() < until) {
      await sleep(LOOK_MILLISECONDS);
    }
  }
}

/** What the blocks hold of what was sent. */
async function account({ watcher, height, last, start, transactions, sent, failures }) {
  const inBlocks = [];
  const waits = [];
  const ours = new Map(sent.map((transaction) => [transaction.hash, transaction]));
  let end = start;
  for (let number = height.first + 1; number <= last; number++) {
    const block = await watcher.call('eth_getBlockByNumber', `0x${number.toString(16)}`, false);
    const moment = height.moment(number);
    for (const hash of block.transactions) {
      inBlocks.push(hash);
      const transaction = ours.get(hash);
      if (!transaction) continue;
      waits.push(Math.max(0, moment - transaction.due));
      end = Math.max(end, moment);
    }
  }
  const once = tally(sent.filter(({ hash }) => !failures.has(hash)).map(({ hash }) => hash), inBlocks);
  const took = (end - start) / 1000;
  return {
    offered: transactions.length,
    sent: sent.length,
    refused: failures.size,
    firstRefusal: failures.values().next().value ?? null,
    included: waits.length,
    ...once,
    blocks: last - height.first,
    seconds: took,
    perSecond: took > 0 ? waits.length / took : 0,
    latency: latencies(waits),
  };
}

/** What the whole chain holds of these transactions: those that are there, and how often each is. */
export async function ledger(port, transactions) {
  const rpc = await Rpc.connect(port);
  try {
    const last = Number(await rpc.call('eth_blockNumber'));
    const found = [];
    for (let number = 1; number <= last; number++) {
      found.push(...(await rpc.call('eth_getBlockByNumber', `0x${number.toString(16)}`, false)).transactions);
    }
    const there = new Set(found);
    return { times: tally(transactions.map(({ hash }) => hash), found), included: transactions.filter(({ hash }) => there.has(hash)) };
  } finally {
    rpc.close();
  }
}
