// A node, a gateway, and a patient with two records, all through the programs that their users run.
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { nodeBinary, startNode } from '../../clients-js/test/node.mjs';

const run = promisify(execFile);
const SAMPLES = fileURLToPath(new URL('../../samples/', import.meta.url));

/** The passcode of links that need one. */
export const PASSCODE = 'synthetic-passcode-4711';
/** The samples: a PDF, and a FHIR bundle. */
export const samples = [join(SAMPLES, 'laboratory-report.pdf'), join(SAMPLES, 'fhir-bundle.json')];

/** Starts everything; `stop` ends it and removes its folder. */
export async function makeWorld() {
  const programs = dirname(nodeBinary());
  const node = await startNode();
  const folder = mkdtempSync(join(tmpdir(), 'medchain-links-js-'));
  const passphrase = join(folder, 'passphrase');
  const passcode = join(folder, 'passcode');
  writeFileSync(passphrase, 'synthetic passphrase of a test', { mode: 0o600 });
  writeFileSync(passcode, PASSCODE);

  /** Runs `medchain` as this account and gives what it prints. */
  const medchain = async (key, ...command) => {
    const global = ['--json', '--work-factor', '2', '--passphrase-file', passphrase, '--url', node.url];
    const environment = { ...process.env, XDG_DATA_HOME: folder };
    delete environment.MEDCHAIN_KEY;
    if (key) environment.MEDCHAIN_KEY = key;
    const { stdout } = await run(join(programs, 'medchain'), [...global, ...command], { env: environment });
    return JSON.parse(stdout);
  };

  await medchain('//Alice', 'member', 'publish-key');
  for (const name of ['ada-sample', 'dr-bell', 'example-hospital']) await medchain(null, 'account', 'new', name);
  await medchain('ada-sample', 'member', 'register', '--role', 'patient', '--username', 'ada-sample', '--name', 'Ada Sample');
  const certificate = join(folder, 'certificate.txt');
  writeFileSync(certificate, 'SYNTHETIC CERTIFICATE\n');
  for (const [name, role] of [['dr-bell', 'doctor'], ['example-hospital', 'hospital']]) {
    const details = ['--name', name, '--licence', 'SYN-1', '--issuer', 'Example Chamber', '--certificate', certificate];
    await medchain(name, 'member', 'register', '--role', role, '--username', name, ...details);
    await medchain('//Alice', 'member', 'verify', name);
  }
  await medchain('ada-sample', 'care', 'open', 'dr-bell');
  const records = [];
  for (const sample of samples) {
    const upload = ['record', 'upload', sample, '--patient', 'ada-sample', '--kind', 'report'];
    records.push(String((await medchain('dr-bell', ...upload)).record));
  }

  mkdirSync(join(folder, 'gateway'));
  const gateway = spawn(
    join(programs, 'medchain-gateway'),
    [
      ...['--node', node.url, '--key', 'example-hospital', '--passphrase-file', passphrase],
      ...['--keystore', join(folder, 'medchain', 'keys'), '--store', `sqlite:${join(folder, 'gateway', 'links.db')}`],
      ...['--listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0', '--requests-per-minute', '100000'],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const url = await new Promise((resolve, reject) => {
    let text = '';
    gateway.once('exit', () => reject(new Error(`the gateway ended: ${text}`)));
    gateway.stdout.setEncoding('utf8').on('data', (part) => {
      text += part;
      const found = /^gateway of institution \d+: (http\S+)\n/m.exec(text);
      if (found) resolve(found[1]);
    });
  });
  const stop = async () => {
    gateway.removeAllListeners('exit');
    const ended = new Promise((resolve) => gateway.once('exit', resolve));
    gateway.kill('SIGKILL');
    await ended;
    await node.stop();
    rmSync(folder, { recursive: true, force: true });
  };

  /** The patient makes a link to these records. */
  const link = async (chosen, ...options) =>
    medchain('ada-sample', 'link', 'create', ...chosen, '--gateway', url, ...options);
  return { medchain, link, records, folder, passcode, url, stop };
}
