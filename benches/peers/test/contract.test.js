// What the contract allows, and by which error it refuses the rest. On Anvil.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { compile } from '../src/contract.js';
import { drive } from '../src/drive.js';
import { MODES, withPeer } from '../src/peers.js';
import { Rpc } from '../src/rpc.js';
import { signTransaction } from '../src/signer.js';
import { expectedCounts, plan, sign } from '../src/workload.js';

const anvil = MODES.find(({ peer, mode }) => peer === 'anvil' && mode === 'at-once');
const word = (number) => `0x${number.toString(16).padStart(64, '0')}`;
const [PATIENT, DOCTOR] = [1, 2];
const [CERTIFICATE, REPORT] = [1, 2];
const SLOT = 15 * 60;
const SEAL = [word(1), word(2), word(3).slice(0, 34)];
let contract;

before(() => {
  contract = compile();
});

/** A chain with a patient and a verified doctor, and what members do there. */
function withWorld(act) {
  return withPeer(anvil, 6, async (port) => {
    const rpc = await Rpc.connect(port);
    try {
      const [administrator, patient, doctor, other, stranger] = await rpc.call('eth_accounts');
      const transact = async (from, to, data) => {
        const hash = await rpc.call('eth_sendTransaction', { from, to, data, gas: '0xf00000' });
        let receipt = null;
        while (receipt === null) receipt = await rpc.call('eth_getTransactionReceipt', hash);
        assert.equal(receipt.status, '0x1');
        return receipt;
      };
      const { contractAddress: to } = await transact(administrator, undefined, contract.bytecode);
      const data = (name, parameters) => contract.interface.encodeFunctionData(name, parameters);
      const world = {
        rpc, administrator, patient, doctor, other, stranger,
        does: (from, name, ...parameters) => transact(from, to, data(name, parameters)),
        async refuses(error, from, name, ...parameters) {
          await assert.rejects(rpc.call('eth_call', { from, to, data: data(name, parameters) }, 'latest'), (thrown) => {
            const refusal = contract.interface.parseError(thrown.data);
            assert.equal(refusal?.name, error);
            return true;
          });
        },
        async counts() {
          const answer = await rpc.call('eth_call', { to, data: data('counts', []) }, 'latest');
          return [...contract.interface.decodeFunctionResult('counts', answer)[0]].map(Number);
        },
        document: (content, more = {}) =>
          Object.values({ patient, kind: REPORT, content: word(content), size: 1000, envelope: word(9), keyVersion: 1, ...more }),
        async later(seconds) {
          await rpc.call('evm_increaseTime', seconds);
          await rpc.call('evm_mine');
        },
      };
      await world.does(patient, 'register', PATIENT, word(1), word(1));
      await world.does(doctor, 'register', DOCTOR, word(2), word(2));
      await world.does(doctor, 'lodgeCertificate', word(7));
      await world.does(administrator, 'verify', doctor);
      await act(world);
    } finally {
      rpc.close();
    }
  });
}

test('professionals act once the administrator has verified them', () =>
  withWorld(async ({ does, refuses, administrator, patient, doctor, other, stranger, document }) => {
    await refuses('AlreadyRegistered', patient, 'register', PATIENT, word(3), word(1));
    await refuses('UsernameTaken', other, 'register', PATIENT, word(1), word(1));
    await refuses('RoleMissing', other, 'register', 0, word(3), word(1));
    await does(other, 'register', DOCTOR, word(3), word(3));
    await refuses('NoCertificate', administrator, 'verify', other);
    await refuses('NotAProfessional', patient, 'lodgeCertificate', word(7));
    await refuses('ContentEmpty', other, 'lodgeCertificate', word(0));
    await does(other, 'lodgeCertificate', word(7));
    await refuses('NotTheAdministrator', doctor, 'verify', other);
    await refuses('NotActive', other, 'anchor', document(1));
    await refuses('NotADoctor', stranger, 'anchor', document(1));
    await refuses('NotAProfessional', stranger, 'open', word(1));
    await refuses('NotTheAdministrator', other, 'reject', other);
    await does(administrator, 'reject', other);
    await refuses('NotPending', administrator, 'verify', other);
    await refuses('NotPending', other, 'lodgeCertificate', word(7));
  }));

test('an accepted appointment opens care and takes its time', () =>
  withWorld(async ({ does, refuses, administrator, patient, doctor, other }) => {
    const start = (Math.floor(Date.now() / 1000 / SLOT) + 96) * SLOT;
    const ask = [doctor, start, start + 2 * SLOT];
    await refuses('NotAPatient', doctor, 'requestAppointment', ...ask);
    await refuses('UnknownDoctor', patient, 'requestAppointment', other, start, start + SLOT);
    await refuses('TimeOffGrid', patient, 'requestAppointment', doctor, start + 1, start + SLOT);
    await refuses('TimeOffGrid', patient, 'requestAppointment', doctor, start, start);
    await refuses('TimeOffGrid', patient, 'requestAppointment', doctor, start, start + 33 * SLOT);
    await refuses('StartPassed', patient, 'requestAppointment', doctor, SLOT, 2 * SLOT);
    await does(patient, 'requestAppointment', ...ask);
    await refuses('UnknownAppointment', doctor, 'acceptAppointment', 1);
    await does(other, 'register', DOCTOR, word(3), word(3));
    await refuses('NotActive', other, 'acceptAppointment', 0);
    await does(other, 'lodgeCertificate', word(7));
    await does(administrator, 'verify', other);
    await refuses('NotYourAppointment', other, 'acceptAppointment', 0);
    await does(doctor, 'acceptAppointment', 0);
    await refuses('NotRequested', doctor, 'acceptAppointment', 0);
    await refuses('SlotTaken', patient, 'requestAppointment', other, start + SLOT, start + 3 * SLOT);
    await refuses('AlreadyUnderCare', patient, 'openCare', doctor);
    await does(patient, 'endCare', doctor);
    await refuses('NotUnderCare', patient, 'endCare', doctor);
    for (let index = 0; index < 16; index++) await does(patient, 'requestAppointment', doctor, start + 4 * SLOT, start + 5 * SLOT);
    await refuses('TooManyWaiting', patient, 'requestAppointment', doctor, start + 4 * SLOT, start + 5 * SLOT);
  }));

test('doctors anchor for patients under their care, each content once', () =>
  withWorld(async ({ does, refuses, patient, doctor, other, document, counts }) => {
    await refuses('NotUnderCare', doctor, 'anchor', document(1));
    await does(patient, 'openCare', doctor);
    await does(doctor, 'anchor', document(1));
    await refuses('AlreadyAnchored', doctor, 'anchor', document(1));
    await refuses('ContentEmpty', doctor, 'anchor', document(2, { size: 0 }));
    await refuses('KeyVersionNotCurrent', doctor, 'anchor', document(2, { keyVersion: 2 }));
    await refuses('KindNotForRole', doctor, 'anchor', document(2, { kind: CERTIFICATE }));
    await refuses('UnknownPatient', doctor, 'anchor', document(2, { patient: other }));
    await refuses('BatchSize', doctor, 'anchorBatch', []);
    await refuses('BatchSize', doctor, 'anchorBatch', Array.from({ length: 33 }, (_, index) => document(10 + index)));
    await refuses('AlreadyAnchored', doctor, 'anchorBatch', [document(2), document(2)]);
    await does(doctor, 'anchorBatch', [document(2), document(3)]);
    assert.equal((await counts())[2], 3);
  }));

test('a record is opened by a grant, as often and as long as it says', () =>
  withWorld(async ({ does, refuses, later, patient, doctor, other, document, counts }) => {
    await does(patient, 'openCare', doctor);
    await does(doctor, 'anchorBatch', [document(1), document(2)]);
    await does(other, 'register', PATIENT, word(3), word(3));
    await refuses('NotAProfessional', other, 'requestAccess', patient, [word(1)], 0);
    await refuses('UnknownRecord', doctor, 'requestAccess', patient, [word(5)], 0);
    await refuses('RecordOfAnotherPatient', doctor, 'requestAccess', other, [word(1)], 0);
    await refuses('BatchSize', doctor, 'requestAccess', patient, [], 0);
    await does(doctor, 'requestAccess', patient, [word(1)], 0);
    const grant = (reader, record, { seals = [SEAL], version = 1, duration = 3600, openings = 2 } = {}) =>
      [reader, [word(record)], seals, version, 0, duration, openings];
    await refuses('NoGrant', doctor, 'open', word(1));
    await refuses('NotThePatient', other, 'grant', ...grant(doctor, 1));
    await refuses('NotAPatient', doctor, 'grant', ...grant(doctor, 1));
    await refuses('UnknownReader', patient, 'grant', ...grant(other, 1));
    await refuses('BatchSize', patient, 'grant', ...grant(doctor, 1, { seals: [] }));
    await refuses('KeyVersionNotCurrent', patient, 'grant', ...grant(doctor, 1, { version: 2 }));
    await refuses('TermsOutOfRange', patient, 'grant', ...grant(doctor, 1, { duration: 59 }));
    await refuses('TermsOutOfRange', patient, 'grant', ...grant(doctor, 1, { openings: 0 }));
    await refuses('TermsOutOfRange', patient, 'grant', ...grant(doctor, 1, { openings: 1001 }));
    await does(patient, 'grant', ...grant(doctor, 1, { duration: 3 * 3600, openings: 2 }));
    await does(doctor, 'open', word(1));
    await refuses('WindowOpen', doctor, 'open', word(1));
    await later(1801);
    await does(doctor, 'open', word(1));
    await later(1801);
    await refuses('NoOpeningsLeft', doctor, 'open', word(1));
    await does(patient, 'grant', ...grant(doctor, 2));
    await refuses('NotThePatient', other, 'revoke', word(2), doctor);
    await refuses('NoGrant', patient, 'revoke', word(2), other);
    await does(patient, 'revoke', word(2), doctor);
    await refuses('NoGrant', doctor, 'open', word(2));
    await does(patient, 'grant', ...grant(doctor, 2, { duration: 60 }));
    await later(61);
    await refuses('GrantExpired', doctor, 'open', word(2));
    assert.deepEqual(await counts(), [3, 0, 2, 1, 3, 2]);
  }));

test('an inbox holds 128 requests', () =>
  withWorld(async ({ rpc, does, refuses, patient, doctor, document }) => {
    await does(patient, 'openCare', doctor);
    await does(doctor, 'anchor', document(1));
    for (let index = 0; index < 128; index++) await does(doctor, 'requestAccess', patient, [word(1)], 0);
    await refuses('InboxFull', doctor, 'requestAccess', patient, [word(1)], 0);
    assert.ok(rpc);
  }));

test('every act of the mix takes effect, once', async () => {
  const planned = plan({ acts: 100, patients: 8, doctors: 8 });
  const workload = await sign(contract, planned, signTransaction);
  await withPeer(anvil, workload.senders, async (port) => {
    for (const stage of workload.stages) {
      const done = await drive(port, stage, { connections: 1, window: 16 });
      assert.equal(done.once, stage.length, done.firstRefusal);
    }
    const done = await drive(port, workload.acts, { connections: 4 });
    assert.deepEqual([done.once, done.refused, done.absent, done.more, done.others], [100, 0, 0, 0, 0]);
    // The same again is refused, and nothing happens twice.
    const again = await drive(port, workload.acts.slice(-20), { connections: 1 });
    assert.deepEqual([again.refused, again.included], [20, 0]);
    const rpc = await Rpc.connect(port);
    const answer = await rpc.call('eth_call', { to: workload.address, data: contract.interface.encodeFunctionData('counts') }, 'latest');
    rpc.close();
    const counts = [...contract.interface.decodeFunctionResult('counts', answer)[0]].map(Number);
    assert.deepEqual(counts, expectedCounts(planned, planned.kinds));
  });
});
