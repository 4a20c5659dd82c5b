/**
 * The contracts are class-validator's decorators, and run as the JSON Schema generated from them. Here both judge the
 * same data, valid and nearly so, for every contract. Where they differ, a decorator in `fields.ts` says something
 * else to the one than to the other.
 */
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { anyData, anyMutation, lengths, mistakes } from '../testing/any-data.js';
import { checkData } from './check-data.js';
import { type ContractClass, type Openness, schemaOf } from './contract.js';
import { RefusedEvent } from './fault.js';
import { TOPICS } from './topics.js';

const CONTRACTS = [...new Set(TOPICS.flatMap(({ contracts }) => contracts))];
const named = CONTRACTS.map((contract): [string, ContractClass] => [contract.type, contract]);

const classValidatorTakes = (contract: ContractClass, openness: Openness, data: unknown): boolean => {
  const unknownProperties = openness === 'closed' ? { whitelist: true, forbidNonWhitelisted: true } : {};
  const instance = plainToInstance(contract, data) as object;
  return validateSync(instance, { ...unknownProperties, forbidUnknownValues: true }).length === 0;
};

const schemaTakes = (contract: ContractClass, openness: Openness, data: unknown): boolean => {
  try {
    checkData(contract, openness, data);
    return true;
  } catch (error) {
    if (error instanceof RefusedEvent && error.faults.length > 0) return false;
    throw error;
  }
};

/** Names that every object has are dropped by class-transformer before class-validator sees them. */
const seen = (name: string): boolean => !(name in {});
const anyName = fc.oneof(fc.string(), fc.constantFrom('$where', 'a.b', 'extensions', 'at')).filter(seen);
const plainName = fc
  .stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,20}$/)
  .filter((name) => seen(name) && name !== 'prototype');

describe.each(named)('%s', (_, contract) => {
  const valid = anyData(schemaOf(contract, 'closed'));

  it('takes data that its schema allows, by the schema and by class-validator', () => {
    fc.assert(
      fc.property(valid, (data) => {
        for (const openness of ['closed', 'open'] as const) {
          expect(classValidatorTakes(contract, openness, data)).toBe(true);
          expect(schemaTakes(contract, openness, data)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('closed, is judged the same by both, whatever is wrong', () => {
    const verdicts = { true: 0, false: 0 };
    fc.assert(
      fc.property(anyMutation(valid, mistakes(anyName)), (data) => {
        const taken = schemaTakes(contract, 'closed', data);
        verdicts[`${taken}`]++;
        expect({ data, taken }).toEqual({ data, taken: classValidatorTakes(contract, 'closed', data) });
      }),
      { numRuns: 200 },
    );
    expect(verdicts.false).toBeGreaterThan(20);
    expect(verdicts.true).toBeGreaterThan(5);
  });

  it('is held to its limits of length by both, to the character and the item', () => {
    fc.assert(
      fc.property(anyMutation(valid, lengths(schemaOf(contract, 'closed'))), (data) => {
        const taken = schemaTakes(contract, 'closed', data);
        expect({ data, taken }).toEqual({ data, taken: classValidatorTakes(contract, 'closed', data) });
      }),
      { numRuns: 100 },
    );
  });

  it('open, is judged the same by both, properties to come included', () => {
    fc.assert(
      fc.property(anyMutation(valid, mistakes(plainName)), (data) => {
        const taken = schemaTakes(contract, 'open', data);
        expect({ data, taken }).toEqual({ data, taken: classValidatorTakes(contract, 'open', data) });
      }),
      { numRuns: 100 },
    );
  });

  it.each([null, 5, 'text', true, [], [{}]])('is no %j', (data) => {
    expect(schemaTakes(contract, 'open', data)).toBe(false);
    expect(schemaTakes(contract, 'closed', data)).toBe(false);
  });
});
