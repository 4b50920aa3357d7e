// @polkadot/api, as polkadot.js Apps uses it, against a fresh development chain and without custom types.
import { strict as assert } from 'node:assert';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { ApiPromise, Keyring, WsProvider } from '@polkadot/api';
import { startNode } from './node.mjs';

const HOUR = 3_600_000;
const QUARTER = 15 * 60_000;
const EXTENSIONS = [
  'CheckNonZeroSender',
  'CheckSpecVersion',
  'CheckTxVersion',
  'CheckGenesis',
  'CheckMortality',
  'CheckNonce',
  'CheckWeight',
  'CheckMetadataHash',
  'CheckQuota',
];

const key = () => `0x${randomBytes(32).toString('hex')}`;
const documentOf = () => ({
  ...{ content: key(), size: 1000, envelope: key() },
  ...{ fills: 0, validUntil: null, seals: [], keyVersion: 1 },
});
const seal = () => ({ seal: `0x${randomBytes(80).toString('hex')}`, keyVersion: 1 });

describe('@polkadot/api on a MedChain node', () => {
  let node;
  let api;
  const keyring = new Keyring({ type: 'sr25519' });
  const ADMINISTRATOR = keyring.addFromUri('//Alice');
  const PATIENT = keyring.addFromUri('//Ferdie');
  const DOCTOR = keyring.addFromUri('//Eve');
  const numbers = {};

  before(async () => {
    node = await startNode();
    api = await ApiPromise.create({ provider: new WsProvider(node.url), throwOnConnect: true, noInitWarn: true });
  });
  after(async () => {
    await api?.disconnect();
    await node?.stop();
  });

  /** Signs, sends, waits for the block, and gives the events; throws the pallet's error in words. */
  const submit = (call, signer) =>
    new Promise((resolve, reject) => {
      call
        .signAndSend(signer, (result) => {
          if (result.dispatchError) {
            const error = result.dispatchError.isModule
              ? api.registry.findMetaError(result.dispatchError.asModule)
              : { section: 'dispatch', name: result.dispatchError.toString() };
            reject(new Error(`${error.section}.${error.name}`));
          } else if (result.isError) {
            reject(new Error(`transaction ${result.status.type}`));
          } else if (result.status.isInBlock) {
            resolve({ events: result.events.map(({ event }) => event), block: result.status.asInBlock });
          }
        })
        .catch(reject);
    });

  const eventOf = ({ events }, section, method) => {
    const event = events.find((one) => one.section === section && one.method === method);
    assert.ok(event, `no ${section}.${method} among ${events.map((one) => `${one.section}.${one.method}`)}`);
    return event.data;
  };

  const details = () => ({
    name: 'Eve Example (synthetic)',
    licence: 'SYN-0001',
    issuer: 'Example Chamber',
    speciality: 'General practice',
    address: '1 Example Street',
  });

  test('it decodes the metadata: our pallets, their calls, and the standard extensions with quotas last', () => {
    for (const pallet of ['registry', 'appointments', 'reports', 'access']) {
      assert.ok(Object.keys(api.tx[pallet]).length > 0, `${pallet} has calls`);
      assert.ok(Object.keys(api.events[pallet]).length > 0, `${pallet} has events`);
      assert.ok(Object.keys(api.errors[pallet]).length > 0, `${pallet} has errors`);
    }
    assert.ok(api.query.quotas, 'quotas has storage');
    assert.deepEqual(api.registry.signedExtensions, EXTENSIONS);
    assert.equal(api.registry.chainSS58, 42);
    assert.equal(api.query.balances, undefined);
    assert.equal(api.query.sudo, undefined);
  });

  test('a remark by an administrator reaches a block', async () => {
    const done = await submit(api.tx.system.remarkWithEvent('0x00'), ADMINISTRATOR);
    eventOf(done, 'system', 'Remarked');
  });

  test('a stranger without provider references registers as a patient', async () => {
    const done = await submit(api.tx.registry.register('Patient', 'ferdie', key(), null), PATIENT);
    numbers.patient = eventOf(done, 'registry', 'MemberRegistered').member;
    const account = await api.query.system.account(PATIENT.address);
    assert.equal(account.nonce.toNumber(), 1);
    assert.equal(account.providers.toNumber(), 1);
  });

  test('a doctor registers and anchors a certificate, and the administrator verifies the doctor', async () => {
    const registered = await submit(api.tx.registry.register('Doctor', 'eve', key(), details()), DOCTOR);
    numbers.doctor = eventOf(registered, 'registry', 'MemberRegistered').member;
    const anchored = await submit(api.tx.reports.anchor(numbers.doctor, 'Certificate', documentOf()), DOCTOR);
    const certificate = eventOf(anchored, 'reports', 'RecordAnchored');
    assert.equal(certificate.kind.toString(), 'Certificate');
    const looked = [numbers.doctor, certificate.record, details()];
    const verified = await submit(api.tx.registry.verify(...looked), ADMINISTRATOR);
    assert.equal(eventOf(verified, 'registry', 'MemberVerified').member.toString(), numbers.doctor.toString());
  });

  test('the patient asks for an appointment and the doctor accepts it', async () => {
    const start = (Math.floor(Date.now() / QUARTER) + 8) * QUARTER;
    const request = api.tx.appointments.request(numbers.doctor, start, start + QUARTER, null, '0x');
    const { appointment } = eventOf(await submit(request, PATIENT), 'appointments', 'AppointmentRequested');
    const accepted = await submit(api.tx.appointments.accept(appointment), DOCTOR);
    eventOf(accepted, 'appointments', 'AppointmentAccepted');
    eventOf(accepted, 'appointments', 'CareOpened');
  });

  test('the doctor anchors a report and the author cannot anchor the same content twice', async () => {
    const anchor = api.tx.reports.anchor(numbers.patient, 'Report', documentOf());
    numbers.record = eventOf(await submit(anchor, DOCTOR), 'reports', 'RecordAnchored').record;
    await assert.rejects(submit(anchor, DOCTOR), /reports\.AlreadyAnchored/);
  });

  test('the doctor requests, the patient grants, the doctor opens, and the log can be read', async () => {
    const requested = await submit(api.tx.access.request(numbers.patient, [numbers.record], 'Treatment'), DOCTOR);
    const { request } = eventOf(requested, 'access', 'AccessRequested');
    const records = [{ record: numbers.record, seal: seal() }];
    const grant = api.tx.access.grant(numbers.doctor, request, records, 'Treatment', HOUR, 1);
    eventOf(await submit(grant, PATIENT), 'access', 'AccessGranted');
    const opened = await submit(api.tx.access.open(numbers.record), DOCTOR);
    const { reading } = eventOf(opened, 'access', 'RecordOpened');
    const entry = await api.query.access.readLog(reading);
    assert.equal(entry.unwrap().reader.toString(), numbers.doctor.toString());
  });

  test('a call of every remaining pallet is submitted and its refusal decoded', async () => {
    await assert.rejects(submit(api.tx.administrators.addMember(PATIENT.address), PATIENT), /BadOrigin/);
  });

  // What polkadot.js Apps reads on its pages of accounts, explorer, staking-less validators and council. Sections that
  // belong to absent pallets are absent from `api.derive`; whatever is present must give a value.
  const first = (derive, ...parameters) =>
    new Promise((resolve, reject) => {
      let unsubscribe;
      let value;
      const take = (given) => {
        value = { given };
        unsubscribe?.();
        resolve(given);
      };
      derive(...parameters, take)
        .then((stop) => {
          unsubscribe = stop;
          if (value) stop();
        })
        .catch(reject);
    });

  test('derive.accounts gives values on a chain without balances', async () => {
    const { accounts } = api.derive;
    const address = PATIENT.address;
    const parameters = {
      accountId: [address],
      flags: [address],
      idAndIndex: [address],
      identity: [address],
      hasIdentity: [address],
      hasIdentityMulti: [[address]],
      idToIndex: [address],
      indexes: [],
      indexToId: ['F7Hs'],
      info: [address],
    };
    // It reads pallet-indices; Apps calls it only where that is present.
    const skipped = api.query.indices ? [] : ['indexToId'];
    for (const name of Object.keys(accounts).filter((one) => !one.startsWith('_') && !skipped.includes(one))) {
      assert.ok(parameters[name], `derive.accounts.${name} is new; say how Apps calls it`);
      await assert.doesNotReject(first(accounts[name], ...parameters[name]), `derive.accounts.${name}`);
    }
  });

  test('derive.balances gives zero balances', async () => {
    const { balances } = api.derive;
    const account = await balances.account(PATIENT.address);
    assert.equal(account.accountId.toString(), PATIENT.address);
    assert.ok(account.freeBalance.isZero());
    assert.ok(account.accountNonce.toNumber() > 0);
    const all = await balances.all(PATIENT.address);
    assert.ok(all.availableBalance.isZero());
    assert.ok((await first(balances.votingBalance, PATIENT.address)).freeBalance.isZero());
    assert.equal((await balances.votingBalances([PATIENT.address])).length, 1);
  });

  test('derive.chain gives blocks, heads and numbers', async () => {
    const { chain } = api.derive;
    const hash = await api.rpc.chain.getFinalizedHead();
    const best = (await chain.bestNumber()).toNumber();
    const parameters = {
      bestNumber: [],
      bestNumberFinalized: [],
      bestNumberLag: [],
      getBlock: [hash],
      getBlockByNumber: [1],
      getHeader: [hash],
      subscribeFinalizedBlocks: [],
      subscribeFinalizedHeads: [],
      subscribeNewBlocks: [],
      subscribeNewHeads: [],
    };
    assert.ok(best >= 1);
    for (const name of Object.keys(chain).filter((one) => !one.startsWith('_'))) {
      assert.ok(parameters[name], `derive.chain.${name} is new; say how Apps calls it`);
      assert.ok((await first(chain[name], ...parameters[name])) !== undefined, `derive.chain.${name}`);
    }
    const { block } = await chain.getBlock(hash);
    assert.ok(block.extrinsics.length >= 1);
  });

  test('derive.tx gives what signing needs, and the events of a block', async () => {
    const { nonce, mortalLength } = await api.derive.tx.signingInfo(PATIENT.address);
    assert.ok(nonce.toNumber() > 0);
    assert.ok(mortalLength >= 8);
    assert.ok((await api.derive.tx.events(await api.rpc.chain.getFinalizedHead())).events.length > 0);
  });

  test('every other section of derive either is absent with its pallet or gives values', async () => {
    const collective = {
      members: [],
      hasProposals: [],
      prime: [],
      proposal: [`0x${'00'.repeat(32)}`],
      proposalCount: [],
      proposalHashes: [],
      proposals: [],
    };
    const parameters = {
      council: collective,
      elections: { info: [] },
      membership: collective,
      technicalCommittee: collective,
      session: { indexes: [], info: [], progress: [] },
    };
    const treated = ['accounts', 'balances', 'chain', 'tx'];
    // These two are there on every chain; Apps reads them only where their pallets are.
    if (!api.query.treasury) treated.push('bounties');
    if (!api.query.allianceMotion) treated.push('alliance');
    for (const section of Object.keys(api.derive).filter((one) => !treated.includes(one))) {
      for (const [name, given] of Object.entries(parameters[section] ?? {})) {
        await assert.doesNotReject(first(api.derive[section][name], ...given), `derive.${section}.${name}`);
      }
      assert.ok(parameters[section], `derive.${section} is new; say how Apps calls it`);
    }
  });

  test('the validators and administrators can be listed', async () => {
    const authorities = await api.query.aura.authorities();
    assert.equal(authorities.length, 1);
    const administrators = await api.query.administrators.members();
    assert.deepEqual(administrators.map(String), [ADMINISTRATOR.address]);
  });
});
