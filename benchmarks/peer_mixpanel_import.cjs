// A peer: mixpanel-import (npm), Amplitude's files by its own transform, with the defaults of its module or of its command.
//
// `node benchmarks/peer_mixpanel_import.cjs GLOB URL module|cli` with PEER_MODULES naming the folder that `npm ci` filled. It prints one JSON
// object: the records that the package says were imported, and the seconds of the work itself.
'use strict';
const loopback = require('./loopback.cjs');
const refused = loopback.guard();

const { createRequire } = require('node:module');
const path = require('node:path');

const [glob, url, form] = process.argv.slice(2);
const home = createRequire(path.join(process.env.PEER_MODULES, 'package.json'));
const entry = home.resolve('mixpanel-import');
loopback.turn(createRequire(entry)('undici'), url);

async function main() {
  const folder = path.dirname(path.resolve(glob));
  if (form === 'cli') {
    process.argv = [process.argv[0], entry, folder, '--type', 'event', '--vendor', 'amplitude', '--token', 'benchmark'];
  }
  const mixpanelImport = home('mixpanel-import');
  const begun = performance.now();
  const before = process.cpuUsage();
  const summary =
    form === 'cli'
      ? await mixpanelImport(undefined, undefined, undefined, true)
      : await mixpanelImport({ token: 'benchmark' }, folder, { recordType: 'event', vendor: 'amplitude', streamFormat: 'jsonl' });
  const spent = process.cpuUsage(before);
  const work = { wall: (performance.now() - begun) / 1e3, cpu: (spent.user + spent.system) / 1e6 };
  process.stdout.write(`\n${JSON.stringify({ events: summary.success, failed: summary.failed, work, refused: [...refused] })}\n`, () => process.exit(0));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
