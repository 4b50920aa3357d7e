// polkadot-api (PAPI) against a fresh development chain, with nothing generated beforehand and without custom types.
import { strict as assert } from 'node:assert';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Keyring } from '@polkadot/keyring';
import { cryptoWaitReady } from '@polkadot/util-crypto';
import { Enum } from 'polkadot-api';
import { getPolkadotSigner } from 'polkadot-api/signer';
import { createWsClient } from 'polkadot-api/ws';
import { WebSocket } from 'ws';
import { startNode } from './node.mjs';

const HOUR = 3_600_000n;
const QUARTER = 15 * 60_000;

const bytes = (count) => `0x${randomBytes(count).toString('hex')}`;
const text = (value) => new TextEncoder().encode(value);

describe('polkadot-api on a MedChain node', () => {
  let node;
  let client;
  let api;
  let ADMINISTRATOR;
  let PATIENT;
  let DOCTOR;
  const numbers = {};

  before(async () => {
    await cryptoWaitReady();
    const keyring = new Keyring({ type: 'sr25519' });
    const signer = (uri) => {
      const pair = keyring.addFromUri(uri);
      const signing = getPolkadotSigner(pair.publicKey, 'Sr25519', (input) => pair.sign(input));
      return Object.assign(signing, { address: pair.address });
    };
    [ADMINISTRATOR, PATIENT, DOCTOR] = ['//Alice', '//Charlie', '//Dave'].map(signer);
    node = await startNode();
    client = createWsClient(node.url, { websocketClass: WebSocket });
    api = client.getUnsafeApi();
  });
  after(async () => {
    client?.destroy();
    await node?.stop();
  });

  /** Signs, sends, waits for the best block that holds it, and gives the events; throws the pallet's error. */
  const submit = (transaction, signer) =>
    new Promise((resolve, reject) => {
      const subscription = transaction.signSubmitAndWatch(signer).subscribe({
        next(state) {
          if (state.type !== 'txBestBlocksState' || !state.found) return;
          queueMicrotask(() => subscription.unsubscribe());
          if (state.ok) resolve(state.events);
          else reject(new Error(JSON.stringify(state.dispatchError)));
        },
        error: reject,
      });
    });

  const eventOf = (events, pallet, name) => {
    const event = events.find((one) => one.type === pallet && one.value.type === name);
    assert.ok(event, `no ${pallet}.${name} among ${events.map((one) => `${one.type}.${one.value.type}`)}`);
    return event.value.value;
  };

  test('it reads the chain: specification, finalized block, genesis', async () => {
    const { name, genesisHash, properties } = await client.getChainSpecData();
    assert.match(name, /medchain/i);
    assert.match(genesisHash, /^0x[0-9a-f]{64}$/);
    assert.equal(typeof properties, 'object');
    assert.ok((await client.getFinalizedBlock()).number >= 1);
  });

  test('a stranger without provider references registers as a patient', async () => {
    const register = api.tx.Registry.register({
      role: Enum('Patient'),
      username: text('charlie'),
      encryption_key: bytes(32),
      details: undefined,
    });
    numbers.patient = eventOf(await submit(register, PATIENT), 'Registry', 'MemberRegistered').member;
    assert.equal(typeof numbers.patient, 'bigint');
  });

  test('a doctor registers and anchors a certificate, and the administrator verifies the doctor', async () => {
    const details = Object.fromEntries(
      Object.entries({
        name: 'Dave Example (synthetic)',
        licence: 'SYN-0002',
        issuer: 'Example Chamber',
        speciality: 'General practice',
        address: '2 Example Street',
      }).map(([field, value]) => [field, text(value)]),
    );
    const register = api.tx.Registry.register({
      role: Enum('Doctor'),
      username: text('dave'),
      encryption_key: bytes(32),
      details,
    });
    numbers.doctor = eventOf(await submit(register, DOCTOR), 'Registry', 'MemberRegistered').member;
    const anchor = api.tx.Reports.anchor({
      patient: numbers.doctor,
      kind: Enum('Certificate'),
      document: {
        content: bytes(32),
        size: 1000n,
        envelope: bytes(32),
        fills: 0,
        valid_until: undefined,
        seals: [],
        key_version: 1,
      },
    });
    const { record: certificate } = eventOf(await submit(anchor, DOCTOR), 'Reports', 'RecordAnchored');
    const verify = api.tx.Registry.verify({ member: numbers.doctor, certificate, details });
    const verified = await submit(verify, ADMINISTRATOR);
    assert.equal(eventOf(verified, 'Registry', 'MemberVerified').member, numbers.doctor);
  });

  test('the patient asks for an appointment and the doctor accepts it', async () => {
    const start = (Math.floor(Date.now() / QUARTER) + 8) * QUARTER;
    const request = api.tx.Appointments.request({
      doctor: numbers.doctor,
      start: BigInt(start),
      end: BigInt(start + QUARTER),
      profile: undefined,
      note: new Uint8Array(),
    });
    const { appointment } = eventOf(await submit(request, PATIENT), 'Appointments', 'AppointmentRequested');
    eventOf(await submit(api.tx.Appointments.accept({ id: appointment }), DOCTOR), 'Appointments', 'CareOpened');
  });

  test('the doctor anchors a report, is granted it, opens it, and the log can be read', async () => {
    const anchor = api.tx.Reports.anchor({
      patient: numbers.patient,
      kind: Enum('Report'),
      document: {
        content: bytes(32),
        size: 1000n,
        envelope: bytes(32),
        fills: 0,
        valid_until: undefined,
        seals: [],
        key_version: 1,
      },
    });
    const { record } = eventOf(await submit(anchor, DOCTOR), 'Reports', 'RecordAnchored');
    const grant = api.tx.Access.grant({
      reader: numbers.doctor,
      request: undefined,
      grants: [{ record, seal: { seal: bytes(80), key_version: 1 } }],
      purpose: Enum('Treatment'),
      duration: HOUR,
      openings: 1,
    });
    eventOf(await submit(grant, PATIENT), 'Access', 'AccessGranted');
    const { reading } = eventOf(await submit(api.tx.Access.open({ record }), DOCTOR), 'Access', 'RecordOpened');
    const entry = await api.query.Access.ReadLog.getValue(reading, { at: 'best' });
    assert.equal(entry.reader, numbers.doctor);
  });

  test('a call of every remaining pallet is submitted and its refusal decoded', async () => {
    await submit(api.tx.System.remark({ remark: new Uint8Array([0]) }), ADMINISTRATOR);
    const add = api.tx.Administrators.add_member({ who: Enum('Id', PATIENT.address) });
    await assert.rejects(submit(add, PATIENT), /BadOrigin/);
  });

  test('the runtime APIs can be called by name', async () => {
    const member = await api.apis.RegistryApi.member_by_id(numbers.patient, { at: 'best' });
    assert.equal(member.account, PATIENT.address);
    const committee = await api.apis.AccessApi.committee({ at: 'best' });
    assert.equal(committee.threshold, 1);
  });
});
