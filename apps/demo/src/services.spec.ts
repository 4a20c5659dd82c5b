import { readFileSync } from 'node:fs';
import { SERVICE_ENVIRONMENT, SERVICE_FLAGS } from './services.js';

const image = readFileSync(new URL('../../../../deploy/Dockerfile', import.meta.url), 'utf8');
const setTo = (name: string): string | undefined =>
  new RegExp(String.raw`\b${name}=("?)(.*?)\1(?: \\)?$`, 'm').exec(image)?.[2];

test('a service is run with the flags of its image: what is measured of it is measured of what is deployed', () => {
  const options = setTo('NODE_OPTIONS')?.split(' ') ?? [];
  const entrypoint = /^ENTRYPOINT (\[.*\])$/m.exec(image)?.[1] ?? '[]';
  const [program, ...flags] = JSON.parse(entrypoint) as string[];
  expect(program).toBe('node');
  expect([...options, ...flags].sort()).toEqual([...SERVICE_FLAGS].sort());
});

test.each(Object.entries(SERVICE_ENVIRONMENT))('and with its environment: %s is %s', (name, value) => {
  expect(setTo(name)).toBe(value);
});
