// SPDX-License-Identifier: GPL-3.0-or-later
// What npm's edockit makes of ASiC containers with XAdES: a line "intact" or "broken why" for each FILE DOCUMENT. Run in a folder with node_modules.
import fs from 'fs';
import {parseEdoc, verifySignature} from 'edockit';

const files = process.argv.slice(2);
for (let i = 0; i + 1 < files.length; i += 2) {
  try {
    const container = parseEdoc(fs.readFileSync(files[i]));
    const results = [];
    for (const signature of container.signatures) {
      results.push(await verifySignature(signature, container.files, {checkRevocation: false, verifyTimestamps: true}));
    }
    const good = results.length > 0 && results.every((result) => result.status === 'VALID');
    console.log(good ? 'intact' : 'broken ' + results.map((result) => [result.status, ...(result.errors ?? [])].join(' ')).join('; ').replace(/\s+/g, ' '));
  } catch (error) {
    console.log('broken ' + String(error.message ?? error).replace(/\s+/g, ' '));
  }
}
