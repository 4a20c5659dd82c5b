import type { DatedReference } from '#contracts/trade.js';
import { isValidAt } from './references.js';
import {
  ANTIMONY,
  assigned,
  departed,
  given,
  registered,
  reported,
  retracted,
  shipmentAfter,
} from './shipment.story.js';

const BOOKING: DatedReference = { type: 'booking', value: 'B-1' };
const CONTAINER: DatedReference = { type: 'container', value: 'CSQU3054383' };
const inContainer = { ...ANTIMONY, containers: [CONTAINER.value] };
const FIRST_OF_MARCH = '2025-03-01T00:00:00Z';
/** As follows from a registration on the first of March. */
const FOR_A_VOYAGE = { from: '2025-02-15T00:00:00.000Z', to: '2025-08-28T00:00:00.000Z' };

describe('the references of a shipment', () => {
  it('are none where none were given', () => given(registered(), departed()).then({ references: undefined }));

  it('are what it was registered with, and the containers of its cargo, each for a voyage', () => {
    given(registered({ said: FIRST_OF_MARCH, references: [BOOKING], cargo: [inContainer] })).then({
      references: [BOOKING, { ...CONTAINER, ...FOR_A_VOYAGE }],
    });
  });

  it('go, where a later registration lacks them; a container is then its own since the first', () => {
    given(
      registered({ said: FIRST_OF_MARCH, references: [BOOKING], cargo: [inContainer] }),
      registered({ said: '2025-05-01T00:00:00Z', cargo: [inContainer] }),
    ).then({ references: [{ ...CONTAINER, ...FOR_A_VOYAGE }] });
  });

  it('are none that are blank: two shipments with such a one would be taken for each other', () => {
    const blank = { type: 'booking', value: ' ' } as const;
    given(registered({ references: [blank] }), assigned([{ type: 'container', value: ' - ' }])).then({
      references: undefined,
    });
  });

  it.each(['csqu 305438-3', 'CSQU.305438/3'])('have a container however it is written: %s', (value) => {
    given(registered(), assigned([{ type: 'container', value }])).then({
      references: [expect.objectContaining(CONTAINER)] as never,
    });
  });

  it('come beside it later, and go when that is taken back', () => {
    const assignment = assigned([BOOKING]);
    given(registered(), assignment).then({ references: [BOOKING] });
    given(registered(), assignment, retracted(assignment)).then({ references: undefined });
    given(assignment, registered({ references: [BOOKING] }), retracted(assignment)).then({
      references: [BOOKING],
    });
  });

  it('are known before the shipment is registered', () => {
    given(assigned([CONTAINER], { said: FIRST_OF_MARCH })).then({
      references: [{ ...CONTAINER, ...FOR_A_VOYAGE }],
    });
  });

  it('keep the windows that they were given', () => {
    const window = { from: '2025-01-01T00:00:00+05:00', to: '2025-12-01T00:00:00+05:00' };
    given(assigned([{ ...CONTAINER, ...window }])).then({ references: [{ ...CONTAINER, ...window }] });
  });

  it('are a container no longer once the shipment is delivered', () => {
    const delivered = reported('delivered', { at: '2025-04-01T12:00:00Z' });
    given(registered({ said: FIRST_OF_MARCH, cargo: [inContainer] }), delivered).then({
      references: [{ ...CONTAINER, ...FOR_A_VOYAGE, to: '2025-04-01T12:00:00.000Z' }],
    });
  });

  it('know a container however it is written', () => {
    given(assigned([CONTAINER, { ...CONTAINER, value: 'csqu 305438-3' }], { said: FIRST_OF_MARCH })).then({
      references: [{ ...CONTAINER, ...FOR_A_VOYAGE }],
    });
  });

  it('are the same list for as long as nothing changes, so that it is not written again', () => {
    const before = [registered({ references: [BOOKING] })];
    const { references } = shipmentAfter(before);
    expect(references).toBeDefined();
    expect(shipmentAfter([...before, departed()]).references).toEqual(references);
  });
});

it.each([
  ['2025-01-31T18:59:59Z', false],
  ['2025-01-31T19:00:00Z', true],
  ['2025-02-10T12:00:00Z', true],
  ['2025-02-10T12:00:01Z', false],
])(
  'a reference from the first of February at +05:00 to the tenth names its shipment at %s: %s',
  (at, names) => {
    const window = { from: '2025-02-01T00:00:00+05:00', to: '2025-02-10T12:00:00Z' };
    expect(isValidAt({ ...BOOKING, ...window }, new Date(at))).toBe(names);
    expect(isValidAt(BOOKING, new Date(at))).toBe(true);
  },
);
