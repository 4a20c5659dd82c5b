import { isSound, readRequest } from '../../apps/shipments/src/dcsa/read-request.js';
import { asDcsaBeta, type V3Event } from './as-dcsa-beta.js';
import { messagesOf } from './traffic.js';

/** What an event is taken for; of the beta alone, as it has no word for a place of delivery. */
const takenFor = (event: unknown): string => {
  const [item] = readRequest([event], 'v3', undefined);
  if (!item || !isSound(item)) return JSON.stringify(item?.translation);
  const [{ data, type }] = item.translation.events as [(typeof item.translation.events)[number]];
  const what = 'milestone' in data ? data.milestone : 'kind' in data ? data.kind : type;
  return `${item.version} ${what.replace('delivered', 'gate-out')}`;
};

it('the traffic of 3.0.0 in the words of the beta is taken as the beta, for the same', () => {
  const events = Array.from({ length: 40 }, (_, nth) => messagesOf(9, nth, 'dcsa-3.0.0'))
    .flat()
    .flatMap(({ format, event }) => (format === 'dcsa-3.0.0' ? [event as unknown as V3Event] : []));
  const withdrawn = events.filter(({ isRetracted }) => isRetracted);
  expect(events.length).toBeGreaterThan(400);
  expect(withdrawn.length).toBeGreaterThan(0);
  for (const event of events)
    expect(takenFor(asDcsaBeta(event))).toBe(takenFor(event).replace('3.0.0', '3.0.0-beta'));
});
