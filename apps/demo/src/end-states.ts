import { isDeepStrictEqual, styleText } from 'node:util';
import type { IncomingMessage } from '#messaging/kafka-client.js';
import type { Doors } from './doors.js';
import * as story from './story.js';

const WITHIN_MS = 60_000;
const ASK_EVERY_MS = 100;

/** Asks until the answer is as expected, or the time is up. @returns the last answer */
export async function untilEqual<T>(
  ask: () => Promise<T>,
  expected: unknown,
  withinMs = WITHIN_MS,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (isDeepStrictEqual(answer, expected) || Date.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}

/** One thing that must be so when the story is over. */
export interface EndState {
  readonly what: string;
  readonly expected: unknown;
  readonly ask: () => Promise<unknown>;
}

export interface Outcome extends EndState {
  readonly actual: unknown;
  readonly holds: boolean;
}

/** What was read of the topics that others react to. */
export interface Heard {
  readonly arrivals: readonly IncomingMessage[];
  readonly dealEvents: readonly IncomingMessage[];
  readonly deadLetters: readonly IncomingMessage[];
}

const header = (message: IncomingMessage, name: string): string => String(message.headers[name]);

/** Distinct events of a subject, by id, as the consumer of a topic counts them: in the order of their sequence. */
const typesHeard = (messages: readonly IncomingMessage[], subject: string): string[] => {
  const byId = new Map(
    messages
      .filter((message) => header(message, 'ce_subject') === subject)
      .map((message) => [header(message, 'ce_id'), message]),
  );
  return [...byId.values()]
    .sort((a, b) => (header(a, 'ce_sequence') < header(b, 'ce_sequence') ? -1 : 1))
    .map((message) => header(message, 'ce_type').replace(/^orebound\.(?:shipment|deal)\.(.+)\.v1$/, '$1'));
};

/** Every end state of the story, each asked through a public door. */
export function endStates(doors: Doors, heard: Heard): EndState[] {
  const of = async (
    service: 'shipments' | 'deals' | 'market-news',
    path: string,
  ): Promise<Record<string, unknown>> => (await doors.get(service, path)).body as Record<string, unknown>;
  const shipment = `/shipments/${story.SHIPMENT}`;
  const titles = async (query: string): Promise<string[]> =>
    ((await of('market-news', `/items?${query}&limit=100`))['items'] as { title: string }[])
      .map(({ title }) => title)
      .sort();
  const [draft, , lithium, magnets, reserves] = story.NEWS.map(({ title }) => title);
  const ores = story.FEED_NEWS[0]!.title;

  return [
    {
      what: 'the shipment has been assayed',
      expected: 'assayed',
      ask: async () => (await of('shipments', shipment))['status'],
    },
    {
      what: 'it arrived on Thursday, 2 October 2025, with its offset',
      expected: '2025-10-02T09:40:00-05:00',
      ask: async () => (await of('shipments', shipment))['arrivedAt'],
    },
    {
      what: 'its last estimate stands beside',
      expected: '2025-10-02T10:00:00-05:00',
      ask: async () => (await of('shipments', shipment))['eta'],
    },
    {
      what: 'every event is in its timeline once',
      expected: 16,
      ask: async () => ((await of('shipments', `${shipment}/timeline`))['events'] as unknown[]).length,
    },
    {
      what: 'the one taken back is marked so, and no other',
      expected: [story.ARRIVED_TOO_SOON.id],
      ask: async () =>
        ((await of('shipments', `${shipment}/timeline`))['events'] as { id: string; retracted: boolean }[])
          .filter(({ retracted }) => retracted)
          .map(({ id }) => id),
    },
    {
      what: 'the shipment is found by its deal',
      expected: [story.SHIPMENT],
      ask: async () =>
        ((await of('shipments', `/shipments?deal=${story.DEAL}`))['items'] as { id: string }[]).map(
          ({ id }) => id,
        ),
    },
    {
      what: 'arrivals heard, each id once: arrived, retracted, arrived',
      expected: ['arrived', 'arrival-retracted', 'arrived'],
      ask: () => Promise.resolve(typesHeard(heard.arrivals, story.SHIPMENT)),
    },
    {
      what: 'one delivery counts for the deal',
      expected: 1,
      ask: async () => (await of('deals', `/deals/${story.DEAL}`))['deliveries'],
    },
    {
      what: 'the deal is drawn down, exactly',
      expected: {
        antimony: '14.25 of 2400 TNE, 2385.75 left',
        copper: '22.8 of 18000 TNE, 17977.2 left',
        neodymium: '0.4125 of 96 TNE, 95.5875 left',
        praseodymium: '0.13875 of 32 TNE, 31.86125 left',
      },
      ask: async () =>
        Object.fromEntries(
          ((await of('deals', `/deals/${story.DEAL}`))['commitments'] as Record<string, string>[]).map(
            (line) => [
              String(line['mineral']),
              `${line['delivered']} of ${line['committed']} ${line['unit']}, ${line['remaining']} left`,
            ],
          ),
        ),
    },
    {
      what: 'and so is its value, to the cent and beyond',
      expected: ['306382.125', '52685.1', '36465', '12508.3125'],
      ask: async () =>
        (
          (await of('deals', `/deals/${story.DEAL}`))['commitments'] as {
            deliveredValue: { amount: string };
          }[]
        ).map(({ deliveredValue }) => deliveredValue.amount),
    },
    {
      what: 'what the deal published, each id once',
      expected: ['registered', 'drawn-down', 'drawn-down', 'drawn-down'],
      ask: () => Promise.resolve(typesHeard(heard.dealEvents, story.DEAL)),
    },
    {
      what: 'the other deal is as it was',
      expected: 0,
      ask: async () => (await of('deals', `/deals/${story.OTHER_DEAL}`))['deliveries'],
    },
    {
      what: 'the broken event is in the dead letters, and nothing else is',
      expected: [`invalid-data ${story.BROKEN.id}`],
      ask: () =>
        Promise.resolve([
          ...new Set(
            heard.deadLetters.map(
              (letter) => `${header(letter, 'deadletter_reason')} ${header(letter, 'ce_id')}`,
            ),
          ),
        ]),
    },
    {
      what: 'seven sightings are six news items',
      expected: 6,
      ask: async () => (await titles('since=2025-01-01T00:00:00Z')).length,
    },
    {
      what: 'news that touches the deal',
      expected: [draft, lithium, magnets, reserves, ores].sort(),
      ask: () => titles(`deal=${story.DEAL}`),
    },
    {
      what: 'news that touches the shipment',
      expected: [draft, reserves].sort(),
      ask: () => titles(`shipment=${story.SHIPMENT}`),
    },
    {
      what: 'news that touches the other deal',
      expected: [lithium, magnets, reserves, ores].sort(),
      ask: () => titles(`deal=${story.OTHER_DEAL}`),
    },
  ];
}

/** Checks every end state, waiting for each until it holds or the time is up for all of them: a minute unless told. */
export async function check(states: readonly EndState[], withinMs = WITHIN_MS): Promise<Outcome[]> {
  const deadline = Date.now() + withinMs;
  const outcomes: Outcome[] = [];
  for (const state of states) {
    const actual = await untilEqual(state.ask, state.expected, Math.max(0, deadline - Date.now())).catch(
      String,
    );
    outcomes.push({ ...state, actual, holds: isDeepStrictEqual(actual, state.expected) });
  }
  return outcomes;
}

const MARK_WIDTH = 5;
const VALUE_WIDTH = 50;

/** The end states as a table, with what differs under each that does not hold. */
export function table(outcomes: readonly Outcome[]): string {
  const width = Math.max(...outcomes.map(({ what }) => what.length));
  const below = `\n${' '.repeat(MARK_WIDTH + width + 2)}`;
  return outcomes
    .map(({ what, expected, actual, holds }) => {
      const line = (mark: string, value: string): string => `   ${mark} ${what.padEnd(width)}  ${value}`;
      if (holds) return line(styleText('green', '✓'), inWords(expected).join(below));
      // As JSON, where a text and a number that read the same differ.
      const must = styleText('red', `must be ${JSON.stringify(expected)}`);
      return `${line(styleText('red', '✗'), JSON.stringify(actual))}\n${' '.repeat(MARK_WIDTH)}${must}`;
    })
    .join('\n');
}

/** How many hold, in words. */
export function summary(outcomes: readonly Outcome[]): string {
  const differ = outcomes.filter(({ holds }) => !holds).length;
  if (differ === 0)
    return styleText(['bold', 'green'], `All ${outcomes.length} end states are as they must be.`);
  return styleText(
    ['bold', 'red'],
    `${differ} of ${outcomes.length} end states ${differ === 1 ? 'is not as it' : 'are not as they'} must be.`,
  );
}

/** A value as lines for a person: a short list on one, a longer one and what has names on one each. */
function inWords(value: unknown): string[] {
  if (Array.isArray(value)) {
    const joined = value.join(', ');
    return joined.length <= VALUE_WIDTH ? [joined] : value.map(String);
  }
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).map(([name, each]) => `${name}: ${String(each)}`);
  return [String(value)];
}
