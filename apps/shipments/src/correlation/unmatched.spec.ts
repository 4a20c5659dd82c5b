import fc from 'fast-check';
import { RefusedEvent } from '#contracts/fault.js';
import {
  type EventReferred,
  EventRetracted,
  MatchAssigned,
  MatchExpired,
  MatchSought,
  MilestoneReported,
  SHIPMENTS_INBOUND,
} from '#contracts/shipments.js';
import type { EventOf } from '#contracts/contract.js';
import type { Reference } from '#contracts/trade.js';
import type { Announcement } from '#messaging/announcement.js';
import { v3 } from '../dcsa/dcsa.story.js';
import { booking, container, received, referred, referredBack, reportedDcsa } from './correlation.story.js';
import { decide, type Decision, type NamedShipment } from './decide.js';
import { type ForeignEvent, translate } from './translate.js';
import {
  followed,
  foldUnmatched,
  heard,
  looked,
  soughtOf,
  type Unmatched,
  type UnmatchedEvent,
  unmatchedId,
} from './unmatched.js';

const C1 = container('CSQU3054383');
const NO_MATCH: Decision = { reason: 'no-match' };
const EVENT = referred([C1], { id: 'discharge-1' });
const HEARD_AT = received(EVENT).receivedAt;

const hearing = (event: ForeignEvent = EVENT, decision: Decision = NO_MATCH): UnmatchedEvent =>
  heard(event, translate(event), decision);
const finding = (after: number, decision: Decision): UnmatchedEvent => looked('U', after, decision, EVENT);
const said = (type: string, data: object): UnmatchedEvent =>
  ({ ...EVENT, id: `${type} ${JSON.stringify(data)}`, type, subject: 'U', data }) as UnmatchedEvent;
const assigning = (shipmentId: string): UnmatchedEvent => said(MatchAssigned.type, { shipmentId });
const expiring = (since = HEARD_AT): UnmatchedEvent =>
  said(MatchExpired.type, { since: since.toISOString() });

/** What a waiting room's document comes to, with all that it has announced; what changes nothing is left out. */
function after(...events: UnmatchedEvent[]) {
  let state: Unmatched | undefined;
  const announcements: Announcement[] = [];
  const last: unknown[] = [];
  events.forEach((event, offset) => {
    const evolution = foldUnmatched(state, received(event, offset), 'U', undefined);
    last.push(evolution);
    if (typeof evolution === 'string' || evolution instanceof RefusedEvent) return;
    state = evolution.state;
    announcements.push(...evolution.announcements);
  });
  return { state: state!, announcements, last: last.at(-1) };
}
const goneTo = (announcements: readonly Announcement[]): (string | undefined)[] =>
  announcements.filter(({ topic }) => topic === SHIPMENTS_INBOUND.name).map(({ subject }) => subject);

describe('an event that names its shipment by references', () => {
  it('is looked for again, while it waits, once what it takes back was heard', () => {
    const { announcements, last } = after(hearing(), followed('U', EVENT));
    expect(announcements.map(({ type }) => type)).toEqual([MatchSought.type, MatchSought.type]);
    expect(last).toMatchObject({ state: { status: 'waiting', looks: 1 } });
    expect(after(hearing(EVENT, { shipments: ['SHP-1'] }), followed('U', EVENT)).last).toBe('repeated');
  });

  it('is known by the name that all its revisions share, too: by that it is taken back', () => {
    const { state } = after(hearing(reportedDcsa(v3({}, { eventID: 'DISC-1' }))));
    const [own, shared] = state.keys;
    expect([own, shared]).toEqual([
      '/dcsa/SMDG:LCL:INDX DISC-1@2025-10-02T14:00:00.250000000Z',
      '/dcsa/SMDG:LCL:INDX DISC-1',
    ]);
    const back = translate(reportedDcsa({ ...v3({}, { eventID: 'DISC-1' }), isRetracted: true }));
    expect(soughtOf(back, HEARD_AT).retracts).toEqual([shared]);
  });

  it('goes on at once, where its shipment is known: as it was said, under the id of its shipment', () => {
    const { state, announcements } = after(hearing(EVENT, { shipments: ['A'] }));
    expect(announcements).toEqual([
      {
        topic: SHIPMENTS_INBOUND.name,
        type: MilestoneReported.type,
        data: EVENT.data.milestone,
        time: EVENT.time,
        subject: 'A',
        causedBy: EVENT.id,
        saidAs: { source: EVENT.source, id: EVENT.id },
      },
    ]);
    expect(state).toMatchObject({ status: 'matched', shipments: ['A'], keys: ['/port discharge-1'] });
    expect(state).not.toHaveProperty('event');
  });

  it('waits, where it is not, and has it looked for', () => {
    const { state, announcements } = after(hearing());
    expect(announcements.map(({ type }) => type)).toEqual([MatchSought.type]);
    expect(state).toMatchObject({ status: 'waiting', reason: 'no-match', references: [C1], since: HEARD_AT });
  });

  it('goes on to each of several that share what it names', () => {
    expect(goneTo(after(hearing(), finding(1, { shipments: ['A', 'B'] })).announcements)).toEqual(['A', 'B']);
  });

  it('goes on once, however often it is heard, looked for or assigned', () => {
    const found = finding(1, { shipments: ['A'] });
    const { announcements, state } = after(hearing(), found, hearing(), found, assigning('A'), expiring());
    expect(goneTo(announcements)).toEqual(['A']);
    expect(state).toMatchObject({ status: 'matched', shipments: ['A'], ended: { partition: 0, offset: 1 } });
  });

  it('is known by what it comes to, whichever way it comes', () => {
    const again = { ...EVENT, time: '2025-10-02T00:00:00Z', subject: 'other' };
    expect(unmatchedId(translate(again))).toBe(unmatchedId(translate(EVENT)));
    expect(unmatchedId(translate(referred([C1])))).not.toBe(unmatchedId(translate(EVENT)));
  });

  it('tells what it takes back', () => {
    const { state } = after(hearing(referredBack(EVENT)));
    expect(state.retracts).toEqual(['/port discharge-1']);
  });

  it.each<[string, Partial<EventOf<typeof EventReferred>['data']['milestone'] & object>, string]>([
    ['passed, when it was', { classifier: 'ACT', at: '2025-10-03T00:00:00Z' }, '2025-10-03T00:00:00.000Z'],
    [
      'foreseen, when that was said',
      { classifier: 'EST', at: '2025-12-24T00:00:00Z' },
      '2025-10-01T06:00:00.000Z',
    ],
  ])('asks who had the container when it happened: %s', (_, told, at) => {
    const milestone = { ...EVENT.data.milestone!, ...told };
    const event = { ...EVENT, data: { ...EVENT.data, milestone } };
    expect(soughtOf(translate(event), HEARD_AT).at).toEqual(new Date(at));
  });
});

describe('an event that waits', () => {
  const ambiguous: Decision = { reason: 'ambiguous', candidates: ['A', 'B'] };

  it('says for which shipments it may be meant, as long as that is so', () => {
    expect(after(hearing(), finding(1, ambiguous)).state).toMatchObject(ambiguous);
    const { state } = after(hearing(), finding(1, ambiguous), finding(2, NO_MATCH));
    expect(state).toMatchObject({ reason: 'no-match', candidates: undefined });
  });

  it('passes over what was found before the last look', () => {
    const { state, last } = after(hearing(), finding(1, ambiguous), finding(1, { shipments: ['A'] }));
    expect([state.status, last]).toEqual(['waiting', 'repeated']);
  });

  it('goes where an operator says, and then nowhere else', () => {
    const { announcements, last } = after(hearing(), assigning('B'), assigning('C'));
    expect(goneTo(announcements)).toEqual(['B']);
    expect(last).toMatchObject({ code: 'already-matched' });
  });

  it('expires once, and keeps the event', () => {
    const { state, announcements } = after(
      hearing(),
      expiring(),
      expiring(),
      finding(1, { shipments: ['A'] }),
    );
    expect(goneTo(announcements)).toEqual([]);
    expect(state).toMatchObject({ status: 'expired', event: JSON.stringify(EVENT), ended: { offset: 1 } });
  });

  it('can still be assigned when it has expired', () => {
    expect(goneTo(after(hearing(), expiring(), assigning('A')).announcements)).toEqual(['A']);
  });

  it('waits anew when it is sent again after that; what ended the wait before does not end this one', () => {
    const { state, announcements, last } = after(
      hearing(),
      expiring(),
      hearing(),
      expiring(new Date(HEARD_AT.getTime() - 1)),
    );
    expect([state.status, last]).toEqual(['waiting', 'repeated']);
    expect(announcements.map(({ type }) => type)).toEqual([MatchSought.type, MatchSought.type]);
  });

  it('cannot be assigned where there is none', () => {
    expect(after(assigning('A')).last).toMatchObject({ code: 'invalid-data' });
  });
});

describe('events of shipments that share no reference', () => {
  const SHIPMENTS = ['A', 'B', 'C'];
  const referencesOf = (id: string): Reference[] => [
    container(`CSQU305438${SHIPMENTS.indexOf(id)}`),
    booking(id),
  ];

  type Happening =
    | { readonly known: string; readonly references: readonly Reference[] }
    | { readonly event: EventOf<typeof EventReferred> };

  /** As `Correlator` does it: whatever happens is looked into behind its write. */
  function assignments(happenings: readonly Happening[]): Record<string, unknown> {
    const shipments = new Map<string, NamedShipment>();
    const room = new Map<string, Unmatched>();
    const fold = (id: string, event: UnmatchedEvent): void => {
      const evolution = foldUnmatched(room.get(id), received(event), id, undefined);
      if (typeof evolution === 'object' && 'state' in evolution) room.set(id, evolution.state);
    };
    const look = (sought: {
      references: readonly Reference[];
      at: Date;
      retracts: readonly string[];
    }): Decision => {
      const [original] = [...room.values()].filter(
        ({ keys, status }) => status === 'matched' && keys.some((key) => sought.retracts.includes(key)),
      );
      return original ? { shipments: original.shipments! } : decide(sought, [...shipments.values()]);
    };
    for (const happening of happenings) {
      if ('event' in happening) {
        const translated = translate(happening.event);
        fold(
          unmatchedId(translated),
          heard(happening.event, translated, look(soughtOf(translated, HEARD_AT))),
        );
      } else {
        const { known: id, references } = happening;
        const before = shipments.get(id)?.references ?? [];
        shipments.set(id, { id, references: [...before, ...references] });
      }
      for (const [id, waiting] of room)
        if (waiting.status === 'waiting') fold(id, looked(id, waiting.looks, look(waiting), EVENT));
    }
    return Object.fromEntries([...room].map(([id, { status, shipments: of }]) => [id, [status, of]]));
  }

  const said = fc
    .record({
      id: fc.constantFrom('e1', 'e2', 'e3', 'e4'),
      of: fc.constantFrom(...SHIPMENTS, 'nobody'),
      by: fc.constantFrom('container', 'booking', 'both'),
    })
    .map(({ id, of, by }) => {
      const references = of === 'nobody' ? [booking('nobody')] : referencesOf(of);
      const some = by === 'both' ? references : [references[by === 'container' ? 0 : references.length - 1]!];
      return { event: referred(some, { id }) };
    });
  const happenings = fc
    .uniqueArray(said, { selector: ({ event }) => event.id })
    .map((events): Happening[] => [
      ...SHIPMENTS.flatMap((known) =>
        referencesOf(known).map((reference) => ({ known, references: [reference] })),
      ),
      ...events,
      ...events.slice(0, 2).map(({ event }) => ({ event: referredBack(event) })),
    ]);

  it('come to the same shipments, in whichever order they, the shipments and the references come, and come again', () => {
    fc.assert(
      fc.property(
        happenings.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 })),
        ),
        ([all, inAnyOrder]) => {
          const end = assignments(inAnyOrder);
          expect(end).toEqual(assignments(all));
          const ends = Object.values(end) as [string, string[] | undefined][];
          for (const [status, of] of ends) expect(of?.length ?? 0).toBe(status === 'matched' ? 1 : 0);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('tells an event from its retraction', () => {
    const back = translate(referredBack(EVENT)).events[0]!;
    expect([back.type, back.id]).toEqual([EventRetracted.type, 'discharge-1-back']);
  });
});
