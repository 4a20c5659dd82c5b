import { optionsOf } from './arguments.js';
import { FORMATS } from './message.js';

it('is a hundred whole shipments in all formats, unless something else is said', () => {
  expect(optionsOf([], undefined)).toMatchObject({
    seed: 1,
    formats: FORMATS,
    shipments: 100,
    rate: 200,
    isToKafka: false,
    url: 'http://127.0.0.1:3001',
  });
  expect(optionsOf(['--events', '5'], undefined)).toMatchObject({ shipments: undefined, events: 5 });
  expect(optionsOf(['--format', 'epcis,dcsa-2.2', '--rate', 'max'], undefined)).toMatchObject({
    formats: ['epcis', 'dcsa-2.2'],
    rate: Infinity,
  });
});

it('takes the brokers of the environment, where none are given', () => {
  expect(optionsOf(['--to', 'kafka'], 'a:1,b:2')).toMatchObject({ isToKafka: true, brokers: ['a:1', 'b:2'] });
  expect(optionsOf(['--to', 'kafka', '--brokers', 'c:3'], 'a:1')).toMatchObject({ brokers: ['c:3'] });
  expect(optionsOf(['--to', 'kafka', '--own'], undefined)).toMatchObject({ isOwn: true });
});

it.each([
  [['--rate', '0'], '--rate is a whole number from 1'],
  [['--rate', 'fast'], '--rate is a whole number'],
  [['--seed', '-1'], '--seed'],
  [['--batch', '501'], '--batch is a whole number from 1 to 500'],
  [['--format', 'edifact'], 'there is no format edifact: cloudevents'],
  [['--url', 'localhost:3001'], '--url is an address'],
  [['--to', 'mqtt'], '--to is http or kafka'],
  [['--to', 'kafka'], 'KAFKA_BROKERS'],
  [['--dry', '--seconds', '5'], '--dry'],
  [['--fleet', '5'], "Unknown option '--fleet'"],
])('says what is wrong with %j', (args, words) => {
  expect(() => optionsOf(args, undefined)).toThrow(words);
});
