// The medical mix, signed in advance: the same acts, of the same members, in the same order as the load generator of
// benches/load offers to MedChain.
import { HDNodeWallet, Mnemonic, getCreateAddress, keccak256, toUtf8Bytes } from 'ethers';

/** Twenty acts: 8 anchor, 4 request, 3 grant, 3 open, 2 ask for an appointment. */
export const PATTERN = [...'ARAGAORAGAPRAGAORAOP'];
export const CHAIN_ID = 1337;
/** A phrase that everybody knows, of accounts that have funds on these chains alone. */
export const MNEMONIC = 'test test test test test test test test test test test junk';
export const DERIVATION = "m/44'/60'/0'/0/";
/** Most records of one call. */
export const BATCH_MAX = 32;
/** Most requests that wait in an inbox, and most appointments of one patient that wait. */
const REQUESTS_MAX = 128;
const APPOINTMENTS_MAX = 16;
const SLOT = 15 * 60;
const DAY = 24 * 60 * 60;
const [PATIENT, DOCTOR] = [1, 2];
const REPORT = 2;
const TREATMENT = 0;

const digest = (...words) => keccak256(toUtf8Bytes(words.join(' ')));

/** How many of each kind there are. */
export function countKinds(kinds) {
  const counts = { A: 0, R: 0, G: 0, O: 0, P: 0 };
  for (const kind of kinds) counts[kind]++;
  return counts;
}

/** The kinds of so many acts, in order. */
export function kindsOf(acts) {
  return Array.from({ length: acts }, (_, index) => PATTERN[index % PATTERN.length]);
}

/** What so many acts of so many members need; throws where the chain's rules would refuse some. */
export function plan({ acts, patients, doctors }) {
  const kinds = countKinds(kindsOf(acts));
  const perPatient = (kind) => Math.ceil(kinds[kind] / patients);
  if (doctors < 8) throw new Error('the mix needs at least eight doctors');
  if (patients % doctors !== 0) throw new Error('the number of patients must be a multiple of that of doctors');
  const records = Math.max(1, perPatient('G'), perPatient('O'), Math.min(BATCH_MAX, perPatient('R')));
  if (records > BATCH_MAX || perPatient('R') > REQUESTS_MAX || perPatient('P') > APPOINTMENTS_MAX) {
    throw new Error('so many acts need more patients');
  }
  return { acts, patients, doctors, kinds, records };
}

/** The accounts: the administrator, the doctors, the patients. */
export function accounts({ patients, doctors }) {
  const root = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(MNEMONIC), DERIVATION.slice(0, -1));
  const account = (index) => {
    const { signingKey, address } = root.deriveChild(index);
    return { signingKey, address, nonce: 0 };
  };
  return {
    administrator: account(0),
    doctors: Array.from({ length: doctors }, (_, index) => account(1 + index)),
    patients: Array.from({ length: patients }, (_, index) => account(1 + doctors + index)),
  };
}

/**
 * The stages that prepare the chain, each a list of transactions that may run in any order between senders, and the acts.
 * Every transaction knows its hash, its bytes and the number of its sender.
 */
export async function sign(contract, planned, sign, now = Date.now()) {
  const { patients, doctors, records, acts } = planned;
  const people = accounts(planned);
  const all = [people.administrator, ...people.doctors, ...people.patients];
  const at = getCreateAddress({ from: people.administrator.address, nonce: 0 });
  const call = (by, name, parameters, gasLimit = 400_000) =>
    sign({ from: by, sender: all.indexOf(by), to: at, data: contract.interface.encodeFunctionData(name, parameters), gasLimit });
  const patient = (index) => people.patients[index % patients];
  const doctor = (index) => people.doctors[index % doctors];
  const base = (of, index) => digest('base', of, index);
  const document = (of, content) => [patient(of).address, REPORT, content, 100_000, digest('envelope', content), 1];
  const seal = (record) => [record, record, record.slice(0, 34)];
  const each = async (items, make) => {
    const made = [];
    for (const [index, item] of items.entries()) made.push(await make(item, index));
    return made;
  };
  const grant = (of, reader, granted, openings) =>
    call(patient(of), 'grant', [reader.address, granted, granted.map(seal), 1, TREATMENT, 7 * DAY, openings],
      200_000 + 200_000 * granted.length);

  const stages = [
    [await sign({ from: people.administrator, sender: 0, to: null, data: contract.bytecode, gasLimit: 8_000_000 })],
    [
      ...(await each(people.doctors, (by) => call(by, 'register', [DOCTOR, digest('name', by.address), digest('key', by.address)]))),
      ...(await each(people.patients, (by) => call(by, 'register', [PATIENT, digest('name', by.address), digest('key', by.address)]))),
      ...(await each(people.doctors, (by) => call(by, 'lodgeCertificate', [digest('certificate', by.address)]))),
    ],
    await each(people.doctors, (by) => call(people.administrator, 'verify', [by.address])),
    await each(people.patients, (by, index) => call(by, 'openCare', [doctor(index).address])),
    await each(people.patients, (by, index) => {
      const documents = Array.from({ length: records }, (_, each) => document(index, base(index, each)));
      return call(doctor(index), 'anchorBatch', [documents], 200_000 + 300_000 * records);
    }),
    await each(people.patients, (by, index) =>
      grant(index, doctor(index + 1), Array.from({ length: records }, (_, each) => base(index, each)), 1)),
  ];

  const tomorrow = Math.ceil(now / 1000 / DAY + 1) * DAY;
  const done = { A: 0, R: 0, G: 0, O: 0, P: 0 };
  const signed = [];
  for (const kind of kindsOf(acts)) {
    const number = done[kind]++;
    const of = number % patients;
    const round = Math.floor(number / patients);
    const act = await {
      A: () => call(doctor(of), 'anchor', [document(of, digest('anchor', number))]),
      R: () => call(doctor(of + 1 + round), 'requestAccess', [patient(of).address, [base(of, round % records)], TREATMENT]),
      G: () => grant(of, doctor(of + 2), [base(of, round)], 1),
      O: () => call(doctor(of + 1), 'open', [base(of, round)]),
      P: () => {
        const start = tomorrow + (of + round * patients) * SLOT;
        return call(patient(of), 'requestAppointment', [doctor(of + 3).address, start, start + 2 * SLOT]);
      },
    }[kind]();
    signed.push({ ...act, kind });
  }
  return { stages, acts: signed, address: at, senders: all.length };
}

/** What the contract counts once the stages and so many acts of each kind have happened. */
export function expectedCounts({ patients, doctors, records }, kinds) {
  const prepared = patients * records;
  return [patients + doctors, kinds.P, prepared + kinds.A, kinds.R, prepared + kinds.G, kinds.O];
}
