import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonSchema } from '#contracts/contract.js';
import { incompatibilities } from '#contracts/incompatibilities.js';
import { schemaFiles } from '#contracts/schema-files.js';
import type { Topic } from '#contracts/topic.js';
import { committedSchemas, MARKER } from './committed-schemas.js';

/** The files in the folder of schemas that are not what the contracts come to: outdated, missing or left over. */
export function notCurrent(folder: string, topics: readonly Topic[]): string[] {
  const wanted = schemaFiles(topics);
  const outdated = [...wanted].filter(([path, text]) => {
    const file = join(folder, path);
    return !existsSync(file) || readFileSync(file, 'utf8') !== text;
  });
  const present = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.json'),
  );
  return [...outdated.map(([path]) => path), ...present.filter((path) => !wanted.has(path))].sort();
}

/**
 * Where the contracts, as they are now, break what was committed since the marker's last change.
 * @throws NoHistory where there is none to compare with.
 */
export function breaks(folder: string, topics: readonly Topic[]): string[] {
  const now = schemaFiles(topics);
  const kindOf = new Map(topics.map(({ name, kind }) => [name, kind]));
  const found = committedSchemas(folder).flatMap(({ path, text }) => {
    const after = now.get(path);
    if (after === undefined)
      return [`${path}: the contract is gone; whoever uses it needs it for as long as its events are kept`];
    if (after === text) return [];
    const role = kindOf.get(path.slice(0, path.indexOf('/')))!;
    return incompatibilities(JSON.parse(text) as JsonSchema, JSON.parse(after) as JsonSchema, role).map(
      (why) => `${path} (${role}): ${why}`,
    );
  });
  return [...new Set(found)];
}

/** What to do about each. */
export const ADVICE = {
  notCurrent: 'Run: npm run contracts',
  breaks: `Leave the contract as it was, and declare the changed one as a type of its own (….v2) beside it. Only where nobody uses it yet: begin the promise anew by changing libs/contracts/schemas/${MARKER}.`,
};
