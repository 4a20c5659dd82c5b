/** What is wrong with data by a JSON Schema: all of it, unless there is so much of the data that this would cost too much. */
import { Ajv2020, type ErrorObject, type Format, type ValidateFunction } from 'ajv/dist/2020.js';

/** More than any sound event has. A mebibyte may hold a third of a million objects, each with several errors. */
const MOST_VALUES = 20_000;

/** Whether there are more values in it than that; walked without calling itself, for it may be nested without end. */
function isVast(data: unknown): boolean {
  const left = [data];
  for (let count = 0; left.length > 0; count++) {
    if (count + left.length > MOST_VALUES) return true;
    const value = left.pop();
    if (value === null || typeof value !== 'object') continue;
    for (const name in value) {
      left.push((value as Record<string, unknown>)[name]);
      if (count + left.length > MOST_VALUES) return true;
    }
  }
  return false;
}

/** @returns the errors of data, at least one where it is wrong; none where it is right */
export type FindErrors = (data: unknown) => readonly ErrorObject[];

/**
 * Compiles schemas. What is right is told by a validator that ends at the first error, which is the quicker one too; all
 * errors are looked for only in what is wrong.
 */
export function errorFinder(formats: Readonly<Record<string, Format>>): (schema: object) => FindErrors {
  const options = { verbose: true, strictRequired: false, allowUnionTypes: true, formats };
  const first = new Ajv2020(options);
  const every = new Ajv2020({ ...options, allErrors: true });
  return (schema) => {
    const findFirst = first.compile(schema);
    let findEvery: ValidateFunction | undefined;
    return (data) => {
      if (findFirst(data)) return [];
      const one = findFirst.errors ?? [];
      if (isVast(data)) return one;
      findEvery ??= every.compile(schema);
      return findEvery(data) ? one : (findEvery.errors ?? one);
    };
  };
}
