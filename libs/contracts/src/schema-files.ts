import { type ContractClass, type JsonSchema, schemaOf } from './contract.js';
import type { Topic } from './topic.js';

const FIRST = ['$schema', '$id', 'title', 'description', '$ref', 'type'];
const LAST = ['required', 'properties', 'additionalProperties', 'items', 'examples', '$defs'];
/** Objects in the schema whose keys are names, not keywords. They keep the order of their declaration. */
const NAMES = ['properties', '$defs'];

const rank = (keyword: string): number =>
  FIRST.includes(keyword) ? FIRST.indexOf(keyword) - FIRST.length : LAST.indexOf(keyword) + 1;

/** A schema with its keywords in one order, whatever order decorators and libraries gave them. */
const ordered = (value: unknown, areNames = false): unknown => {
  if (Array.isArray(value)) return value.map((item) => ordered(item));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  if (!areNames) entries.sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, ordered(inner, !areNames && NAMES.includes(key))]),
  );
};

/** Where a contract's schema lies in the folder of schemas. One type may travel on several topics, closed or open. */
export const schemaPath = (topic: Topic, contract: ContractClass): string =>
  `${topic.name}/${contract.type}.json`;

/** The JSON Schema of each contract of the topics, as the text of its file. */
export function schemaFiles(topics: readonly Topic[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const topic of topics) {
    for (const contract of topic.contracts) {
      const { $schema, ...schema } = schemaOf(contract, topic.kind === 'inbound' ? 'closed' : 'open');
      const named: JsonSchema = {
        $schema,
        $id: `urn:orebound:schema:${topic.name}:${contract.type}`,
        ...schema,
      };
      files.set(schemaPath(topic, contract), `${JSON.stringify(ordered(named), null, 2)}\n`);
    }
  }
  return files;
}
