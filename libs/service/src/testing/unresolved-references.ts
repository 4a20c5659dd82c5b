/** The references of a JSON document that lead nowhere in it. */
export function unresolvedReferences(document: object): string[] {
  const found = new Set<string>();
  JSON.stringify(document, (key, value: unknown) => {
    if (key === '$ref' && resolve(document, value as string) === undefined) found.add(value as string);
    return value;
  });
  return [...found];
}

const resolve = (document: object, reference: string): unknown =>
  reference
    .replace('#/', '')
    .split('/')
    .reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], document);
