/** The command line of `npm run simulate`. */
import { parseArgs } from 'node:util';
import { type Format, FORMATS } from './message.js';

export const HELP = `npm run simulate [-- options]

Sends realistic traffic to a running Orebound (npm start): shipments from mines to who wants their ore, ordered by deals,
in containers and on vessels, by hubs; planned, estimated, actual; delayed, held, cancelled, taken back; some of it
twice, some of it late. The same seed is the same traffic, so sending it again changes nothing.

  --seed N          which traffic (1)
  --format LIST     cloudevents, epcis, dcsa-2.2, dcsa-3.0.0, with commas; each shipment is told of in one (all);
                    registrations and cancellations are CloudEvents always
  --shipments N     so many shipments, whole (100, where nothing else is said)
  --events N        so many events, of shipments that may still be under way then
  --seconds N       for so long, and then what is late
  --rate N          events a second, or max: as fast as it goes (200)
  --batch N         events in a request, of 500 at most (50)
  --to kafka        straight to Kafka, each format as it is; needs --brokers or KAFKA_BROKERS
  --url URL         the shipments service (http://127.0.0.1:3001)
  --deals-url URL   the deals service (http://127.0.0.1:3002)
  --own             on Kafka, MongoDB and services of its own, which end with it
  --ports N         the first of their three ports (3001)
  --check           asks the services until all is as it must be; exit code 1 with what is not
  --within N        for so many seconds at most (60)
  --dry             prints the deals and events as NDJSON, and sends nothing
  --json            the summary in JSON
  --help            this text
`;

export interface Options {
  readonly seed: number;
  readonly formats: readonly Format[];
  readonly shipments: number | undefined;
  readonly events: number | undefined;
  readonly seconds: number | undefined;
  /** Events a second; Infinity for as fast as it goes. */
  readonly rate: number;
  readonly batch: number;
  readonly isToKafka: boolean;
  readonly brokers: readonly string[];
  readonly url: string;
  readonly dealsUrl: string;
  readonly isOwn: boolean;
  readonly firstPort: number;
  readonly isChecked: boolean;
  readonly withinSeconds: number;
  readonly isDry: boolean;
  readonly isJson: boolean;
}

const MOST_IN_A_BATCH = 500;

/**
 * @param brokers those of the environment
 * @throws Error with what is wrong with it
 */
export function optionsOf(args: readonly string[], brokers: string | undefined): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '1' },
      format: { type: 'string', default: FORMATS.join() },
      shipments: { type: 'string' },
      events: { type: 'string' },
      seconds: { type: 'string' },
      rate: { type: 'string', default: '200' },
      batch: { type: 'string', default: '50' },
      to: { type: 'string', default: 'http' },
      brokers: { type: 'string', default: brokers ?? '' },
      url: { type: 'string', default: 'http://127.0.0.1:3001' },
      'deals-url': { type: 'string', default: 'http://127.0.0.1:3002' },
      own: { type: 'boolean', default: false },
      ports: { type: 'string', default: '3001' },
      check: { type: 'boolean', default: false },
      within: { type: 'string', default: '60' },
      dry: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.to !== 'http' && values.to !== 'kafka') throw new Error('--to is http or kafka');
  const isToKafka = values.to === 'kafka';
  if (isToKafka && values.brokers === '' && !values.own && !values.dry)
    throw new Error('--to kafka needs --brokers host:port, or KAFKA_BROKERS as npm start prints it');
  const optional = (name: 'shipments' | 'events' | 'seconds'): number | undefined =>
    values[name] === undefined ? undefined : whole(values[name], name, 1, 100_000_000);
  const [shipments, events, seconds] = [optional('shipments'), optional('events'), optional('seconds')];
  if (values.dry && seconds !== undefined) throw new Error('--dry takes no time, so it has no --seconds');
  return {
    seed: whole(values.seed, 'seed', 0, 2 ** 31 - 1),
    formats: formatsIn(values.format),
    shipments: shipments ?? (events === undefined && seconds === undefined ? 100 : undefined),
    events,
    seconds,
    rate: values.rate === 'max' ? Infinity : whole(values.rate, 'rate', 1, 1_000_000),
    batch: whole(values.batch, 'batch', 1, MOST_IN_A_BATCH),
    isToKafka,
    brokers: values.brokers.split(',').filter((broker) => broker !== ''),
    url: addressIn(values.url, 'url'),
    dealsUrl: addressIn(values['deals-url'], 'deals-url'),
    isOwn: values.own,
    firstPort: whole(values.ports, 'ports', 1024, 65_533),
    isChecked: values.check,
    withinSeconds: whole(values.within, 'within', 1, 86_400),
    isDry: values.dry,
    isJson: values.json,
  };
}

function whole(text: string, name: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new Error(`--${name} is a whole number from ${least} to ${most}, and not ${text}`);
}

function formatsIn(text: string): Format[] {
  const words = text === 'all' ? FORMATS : text.split(',');
  return words.map((word) => {
    const format = FORMATS.find((known) => known === word);
    if (!format) throw new Error(`there is no format ${word}: ${FORMATS.join(', ')}`);
    return format;
  });
}

function addressIn(text: string, name: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new Error(`--${name} is an address such as http://127.0.0.1:3001, and not ${text}`);
  return text.replace(/\/+$/, '');
}
