// Writes the synthetic samples beside this script. The output is the same on every run and is kept in the repository;
// run this again only to change them:  node tests/samples/generate.mjs
//
// Nothing here describes a real person: names, numbers and findings are made up and marked as test data.
import { writeFileSync } from 'node:fs';
import { deflateSync, crc32 as zlibCrc32 } from 'node:zlib';

const here = new URL('.', import.meta.url);

// --- a one-page laboratory report, PDF 1.4 -----------------------------------------------------------------------
function pdf() {
  const lines = [
    [18, 'SYNTHETIC LABORATORY REPORT'],
    [10, 'Test data for MedChain. No real person, sample or laboratory.'],
    [12, ''],
    [12, 'Patient: Sample, Ada (synthetic)        Born: 1900-01-01'],
    [12, 'Laboratory: Example Laboratory          Report no.: SYN-0001'],
    [12, 'Collected: 2000-01-01 08:00 UTC         Reported: 2000-01-01 12:00 UTC'],
    [12, ''],
    [12, 'Analyte                  Result    Unit        Reference'],
    [12, 'Haemoglobin               140      g/L         120 - 160'],
    [12, 'Leucocytes                6.2      10^9/L      4.0 - 10.0'],
    [12, 'Platelets                 250      10^9/L      150 - 400'],
    [12, 'Glucose, fasting          5.1      mmol/L      3.9 - 5.6'],
    [12, 'Creatinine                 70      umol/L      45 - 90'],
    [12, ''],
    [12, 'Comment: all values are invented and within the reference range.'],
  ];
  const escape = (text) => text.replace(/[\\()]/g, (c) => `\\${c}`);
  let y = 780;
  let stream = 'BT\n';
  for (const [size, text] of lines) {
    stream += `/F1 ${size} Tf 1 0 0 1 56 ${y} Tm (${escape(text)}) Tj\n`;
    y -= size + 10;
  }
  stream += 'ET\n';
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}endstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>',
    '<< /Title (Synthetic laboratory report) /Subject (Test data, no real person) >>',
  ];
  let file = '%PDF-1.4\n';
  const offsets = [];
  objects.forEach((object, index) => {
    offsets.push(file.length);
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
  });
  const start = file.length;
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  file += offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info 6 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(file, 'latin1');
}

// --- a FHIR R4 bundle ----------------------------------------------------------------------------------------------
function bundle() {
  const meta = {
    tag: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'HTEST', display: 'test health data' }],
  };
  const urn = (n) => `urn:uuid:00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const loinc = (code, display) => ({ coding: [{ system: 'http://loinc.org', code, display }], text: display });
  const observation = (n, code, display, value, unit, low, high) => ({
    fullUrl: urn(n),
    resource: {
      resourceType: 'Observation',
      meta,
      status: 'final',
      code: loinc(code, display),
      subject: { reference: urn(1) },
      effectiveDateTime: '2000-01-01T08:00:00Z',
      valueQuantity: { value, unit, system: 'http://unitsofmeasure.org', code: unit },
      referenceRange: [{ low: { value: low, unit }, high: { value: high, unit } }],
    },
  });
  const observations = [
    observation(3, '718-7', 'Hemoglobin [Mass/volume] in Blood', 14, 'g/dL', 12, 16),
    observation(4, '6690-2', 'Leukocytes [#/volume] in Blood', 6.2, '10*9/L', 4, 10),
    observation(5, '777-3', 'Platelets [#/volume] in Blood', 250, '10*9/L', 150, 400),
  ];
  const file = {
    resourceType: 'Bundle',
    meta,
    type: 'collection',
    timestamp: '2000-01-01T12:00:00Z',
    entry: [
      {
        fullUrl: urn(1),
        resource: {
          resourceType: 'Patient',
          meta,
          name: [{ use: 'official', family: 'Sample', given: ['Ada'], text: 'Ada Sample (synthetic)' }],
          gender: 'unknown',
          birthDate: '1900-01-01',
        },
      },
      {
        fullUrl: urn(2),
        resource: {
          resourceType: 'DiagnosticReport',
          meta,
          status: 'final',
          code: loinc('58410-2', 'CBC panel - Blood by Automated count'),
          subject: { reference: urn(1) },
          issued: '2000-01-01T12:00:00Z',
          result: observations.map(({ fullUrl }) => ({ reference: fullUrl })),
          conclusion: 'Synthetic test data; all values are invented.',
        },
      },
      ...observations,
    ],
  };
  return Buffer.from(`${JSON.stringify(file, null, 2)}\n`);
}

// --- an image: ellipses in grey, like the phantoms that tomographs are checked with ---------------------------------
function png() {
  const size = 192;
  // Centre, half axes, turn in degrees, added brightness; after Shepp and Logan's head phantom.
  const ellipses = [
    [0, 0, 0.69, 0.92, 0, 200],
    [0, -0.0184, 0.6624, 0.874, 0, -140],
    [0.22, 0, 0.11, 0.31, -18, -40],
    [-0.22, 0, 0.16, 0.41, 18, -40],
    [0, 0.35, 0.21, 0.25, 0, 40],
    [0, 0.1, 0.046, 0.046, 0, 40],
    [0, -0.1, 0.046, 0.046, 0, 40],
    [-0.08, -0.605, 0.046, 0.023, 0, 60],
    [0.06, -0.605, 0.023, 0.046, 0, 60],
  ];
  const rows = Buffer.alloc(size * (size + 1));
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const [x, y] = [(2 * column) / (size - 1) - 1, 1 - (2 * row) / (size - 1)];
      let value = 0;
      for (const [cx, cy, a, b, degrees, add] of ellipses) {
        const turn = (degrees * Math.PI) / 180;
        const along = ((x - cx) * Math.cos(turn) + (y - cy) * Math.sin(turn)) / a;
        const across = ((y - cy) * Math.cos(turn) - (x - cx) * Math.sin(turn)) / b;
        if (along * along + across * across <= 1) value += add;
      }
      rows[row * (size + 1) + 1 + column] = Math.max(0, Math.min(255, value));
    }
  }
  const crc = zlibCrc32 ?? ((bytes) => {
    let c = ~0;
    for (const byte of bytes) {
      c ^= byte;
      for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    }
    return ~c >>> 0;
  });
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const check = Buffer.alloc(4);
    check.writeUInt32BE(crc(body) >>> 0);
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 0, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('tEXt', Buffer.from('Title\0Synthetic phantom, test data', 'latin1')),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

writeFileSync(new URL('laboratory-report.pdf', here), pdf());
writeFileSync(new URL('fhir-bundle.json', here), bundle());
writeFileSync(new URL('phantom.png', here), png());
