// SPDX-License-Identifier: GPL-3.0-or-later
// What npm's pkijs makes of CMS and of the first signature in a PDF: a line "intact" or "broken why" for each FILE DOCUMENT; DOCUMENT is for .p7s.
// Run in a folder with node_modules.
import fs from 'fs';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import {webcrypto} from 'crypto';

pkijs.setEngine('node', new pkijs.CryptoEngine({name: 'node', crypto: webcrypto}));

function buffer(bytes) {
  return new Uint8Array(bytes).buffer;
}

function readPdf(bytes) {
  const text = bytes.toString('latin1');
  const [a, b, c, d] = [...text.matchAll(/\/ByteRange ?\[ ?(\d+) (\d+) (\d+) (\d+)/g)][0].slice(1).map(Number);
  return [Buffer.from(text.slice(a + b + 1, c - 1), 'hex'), Buffer.concat([bytes.subarray(a, a + b), bytes.subarray(c, c + d)])];
}

function read(path, document) {
  const bytes = fs.readFileSync(path);
  if (path.endsWith('.pdf')) return readPdf(bytes);
  return [bytes, path.endsWith('.p7s') ? fs.readFileSync(document) : undefined];
}

const files = process.argv.slice(2);
for (let i = 0; i + 1 < files.length; i += 2) {
  try {
    const [cms, data] = read(files[i], files[i + 1]);
    const parsed = new pkijs.ContentInfo({schema: asn1js.fromBER(buffer(cms)).result});
    const signed = new pkijs.SignedData({schema: parsed.content});
    const good = await signed.verify({signer: 0, data: data ? buffer(data) : undefined, checkChain: false});
    console.log(good ? 'intact' : 'broken');
  } catch (error) {
    console.log('broken ' + String(error.message ?? error).replace(/\s+/g, ' '));
  }
}
