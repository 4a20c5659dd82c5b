/** `npm run contracts` writes the JSON Schemas of all contracts; `npm run contracts:check` checks them. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { schemaFiles } from '#contracts/schema-files.js';
import { TOPICS } from '#contracts/topics.js';
import { ADVICE, breaks, notCurrent } from './check-schemas.js';
import { NoHistory } from './committed-schemas.js';

const FOLDER = join(process.cwd(), 'libs/contracts/schemas');

function write(): void {
  const files = schemaFiles(TOPICS);
  for (const path of notCurrent(FOLDER, TOPICS)) {
    const text = files.get(path);
    if (text === undefined) rmSync(join(FOLDER, path));
    else {
      mkdirSync(dirname(join(FOLDER, path)), { recursive: true });
      writeFileSync(join(FOLDER, path), text);
    }
    console.log(`${text === undefined ? 'removed' : 'wrote'} ${path}`);
  }
}

function check(): string[] {
  const outdated = notCurrent(FOLDER, TOPICS);
  if (outdated.length > 0)
    return ['These schemas are not what the contracts say:', ...outdated, ADVICE.notCurrent];
  const broken = breaks(FOLDER, TOPICS);
  if (broken.length > 0)
    return ['These changes break those who use the contracts:', ...broken, ADVICE.breaks];
  return [];
}

const [command] = process.argv.slice(2);
if (command === 'write') write();
else if (command === 'check') {
  try {
    const complaints = check();
    if (complaints.length > 0) process.exitCode = 1;
    for (const line of complaints) console.error(line);
  } catch (error) {
    if (!(error instanceof NoHistory)) throw error;
    console.error(`Whether the contracts are compatible cannot be told: ${error.message}`);
    process.exitCode = 1;
  }
} else throw new Error('say write or check');
