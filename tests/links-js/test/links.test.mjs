import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, mock, test } from 'node:test';
import {
  SHL,
  SHLExpiredError,
  SHLInvalidPasscodeError,
  SHLManifestBuilder,
  SHLManifestNotFoundError,
  SHLViewer,
  encryptSHLFile,
} from 'kill-the-clipboard';
import { makeWorld, PASSCODE, samples } from './world.mjs';

const RECIPIENT = 'Dr. Noor, Basel';
let world;

before(async () => {
  world = await makeWorld();
});

after(async () => {
  await world?.stop();
});

const passcodeOptions = () => ['--link-passcode-file', world.passcode];

for (const [flags, options, passcode] of [
  ['', [], undefined],
  ['L', ['--long-term'], undefined],
  ['U', ['--direct'], undefined],
  ['LU', ['--direct', '--long-term'], undefined],
  ['P', 'passcode', PASSCODE],
  ['LP', 'passcode long', PASSCODE],
]) {
  test(`kill-the-clipboard opens our link with the flags "${flags}"`, async () => {
    const given = Array.isArray(options)
      ? options
      : [...passcodeOptions(), ...(options.includes('long') ? ['--long-term'] : [])];
    const made = await world.link(world.records, ...given, '--label', 'Blood count');
    const viewer = new SHLViewer({ shlinkURI: made.link });
    assert.equal(viewer.shl.flag ?? '', flags);
    assert.equal(viewer.shl.label, 'Blood count');
    assert.equal(viewer.shl.requiresPasscode, passcode !== undefined);
    const resolved = await viewer.resolveSHL({ recipient: RECIPIENT, passcode });
    const resources = resolved.fhirResources.flatMap((one) =>
      one.resourceType === 'Bundle' && one.type === 'collection' && flags.includes('U')
        ? one.entry.map((entry) => entry.resource)
        : [one],
    );
    const document = resources.find((one) => one.resourceType === 'DocumentReference');
    const attached = Buffer.from(document.content[0].attachment.data, 'base64');
    assert.deepEqual(attached, readFileSync(samples[0]));
    const bundle = JSON.parse(readFileSync(samples[1], 'utf8'));
    assert.ok(resources.some((one) => JSON.stringify(one) === JSON.stringify(bundle) || one.id === bundle.id));
    const log = await world.medchain('ada-sample', 'link', 'log', String(made.id));
    assert.deepEqual(log.names, [RECIPIENT]);
  });
}

test('a wrong passcode is refused as the specification says, and then the link is locked', async () => {
  const made = await world.link(world.records, ...passcodeOptions());
  const viewer = new SHLViewer({ shlinkURI: made.link });
  for (let attempt = 0; attempt < 10; attempt += 1) {
    await assert.rejects(viewer.resolveSHL({ recipient: RECIPIENT, passcode: 'wrong' }), SHLInvalidPasscodeError);
  }
  await assert.rejects(viewer.resolveSHL({ recipient: RECIPIENT, passcode: PASSCODE }), SHLManifestNotFoundError);
});

test('revoked and exhausted links are not found', async () => {
  const once = await world.link(world.records, '--openings', '1');
  const viewer = new SHLViewer({ shlinkURI: once.link });
  await viewer.resolveSHL({ recipient: RECIPIENT });
  await assert.rejects(viewer.resolveSHL({ recipient: RECIPIENT }), SHLManifestNotFoundError);
  const revoked = await world.link(world.records);
  await world.medchain('ada-sample', 'link', 'revoke', String(revoked.id));
  const gone = new SHLViewer({ shlinkURI: revoked.link });
  await assert.rejects(gone.resolveSHL({ recipient: RECIPIENT }), SHLManifestNotFoundError);
});

test('a link says itself when it ends', async () => {
  const made = await world.link(world.records, '--for', '15m');
  const viewer = new SHLViewer({ shlinkURI: made.link });
  const ends = viewer.shl.expirationDate.getTime();
  assert.equal(ends, Math.floor(made.expiresAt / 1000) * 1000);
  mock.timers.enable({ apis: ['Date'], now: ends + 1000 });
  try {
    await assert.rejects(viewer.resolveSHL({ recipient: RECIPIENT }), SHLExpiredError);
  } finally {
    mock.timers.reset();
  }
  await viewer.resolveSHL({ recipient: RECIPIENT });
});

test('a browser of any origin may ask', async () => {
  const made = await world.link(world.records);
  const { url } = SHL.parse(made.link);
  const preflight = await fetch(url, { method: 'OPTIONS', headers: { origin: 'https://viewer.example' } });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get('access-control-allow-origin'), '*');
  assert.match(preflight.headers.get('access-control-allow-methods'), /POST/);
  assert.match(preflight.headers.get('access-control-allow-headers'), /content-type/);
});

// The other way round: links that the library makes, served as the specification says.
for (const [flag, embedded, compressed] of [
  [undefined, true, false],
  [undefined, false, true],
  ['L', true, true],
  ['P', true, false],
  ['LP', false, false],
  ['U', true, false],
  ['LU', true, true],
]) {
  const how = `${embedded ? 'embedded' : 'at a location'}${compressed ? ', compressed' : ''}`;
  test(`medchain link open opens a link that kill-the-clipboard made: flags "${flag ?? ''}", ${how}`, async () => {
    const resource = { resourceType: 'Observation', status: 'final', code: { text: 'synthetic' } };
    const files = new Map();
    let builder;
    let asked;
    const server = createServer(async (request, response) => {
      const path = new URL(request.url, 'http://localhost').pathname;
      const answer = (status, type, body) => response.writeHead(status, { 'content-type': type }).end(body);
      if (files.has(path)) return answer(200, 'application/jose', files.get(path));
      let body = '';
      for await (const part of request) body += part;
      if (flag?.includes('U')) {
        asked = { recipient: new URL(request.url, 'http://localhost').searchParams.get('recipient') };
        const { jwe } = await direct;
        return answer(200, 'application/jose', jwe);
      }
      asked = JSON.parse(body);
      if (flag?.includes('P') && asked.passcode !== PASSCODE) {
        return answer(401, 'application/json', JSON.stringify({ remainingAttempts: 3 }));
      }
      const manifest = await builder.buildManifest({ embeddedLengthMax: embedded ? 1_000_000 : 0 });
      return answer(200, 'application/json', JSON.stringify(manifest));
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${server.address().port}`;
    const shl = SHL.generate({ baseManifestURL: `${base}/`, manifestPath: '/manifest.json', flag, label: 'Theirs' });
    const direct = encryptSHLFile({
      content: JSON.stringify(resource),
      key: shl.key,
      contentType: 'application/fhir+json',
      enableCompression: compressed,
    }).then((file) => (typeof file === 'string' ? { jwe: file } : { jwe: file.jwe ?? file }));
    builder = new SHLManifestBuilder({
      shl,
      uploadFile: async (content) => {
        const path = `/files/${files.size}`;
        files.set(path, content);
        return path;
      },
      getFileURL: async (path) => `${base}${path}`,
      loadFile: async (path) => files.get(path),
    });
    await builder.addFHIRResource({ content: resource, enableCompression: compressed });
    try {
      const output = mkdtempSync(join(world.folder, 'opened-'));
      const options = flag?.includes('P') ? passcodeOptions() : [];
      const opened = await world.medchain(
        null,
        ...['link', 'open', `https://viewer.example/#${shl.toURI()}`, '--recipient', RECIPIENT, '--output', output],
        ...options,
      );
      assert.equal(opened.label, 'Theirs');
      assert.deepEqual(JSON.parse(readFileSync(opened.files[0].path, 'utf8')), resource);
      assert.equal(asked.recipient, RECIPIENT);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
}
