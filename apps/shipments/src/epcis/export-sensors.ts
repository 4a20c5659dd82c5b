/** Measurements → the sensor elements of an EPCIS event: what `measurements.ts` reads, written. Pure. */
import type { Measurement } from '#contracts/trade.js';
import { isUri } from '#contracts/uri.js';
import { LONGEST_URI } from './event-schema.js';
import { FIGURES } from './measurements.js';
import { isWord } from './vocabulary.js';

const TYPES: Readonly<Record<Measurement['type'], string>> = {
  temperature: 'Temperature',
  humidity: 'RelativeHumidity',
  shock: 'Acceleration',
  other: 'urn:orebound:measurement:other',
};

type Report = Readonly<Record<string, unknown>>;

/** What a name says that came of a report: `Acceleration maxValue z`. Any other name stands as it is. */
function namedOf({ type, name }: Measurement, value: number): Report {
  if (name === undefined) return { type: TYPES[type], value };
  const [label = '', ...rest] = name.split(' ');
  const figure = FIGURES.find((known) => known === rest[0]) ?? 'value';
  const [component, ...more] = figure === 'value' ? rest : rest.slice(1);
  const isOurs =
    isWord('measurement', label) &&
    more.length === 0 &&
    (component === undefined || isWord('component', component));
  if (!isOurs) return { type: TYPES[type], value, 'orebound:name': name };
  return { type: label, [figure]: value, ...(component !== undefined && { component }) };
}

export const sensorElementsOf = (measurements: readonly Measurement[]): readonly object[] => [
  {
    sensorReport: measurements.map((measurement) => {
      const { value, unit, at, device } = measurement;
      const isIdentified = device !== undefined && device.length <= LONGEST_URI && isUri(device);
      return {
        ...namedOf(measurement, Number(value)),
        ...(unit !== undefined && { uom: unit }),
        ...(at !== undefined && { time: at.toUpperCase() }),
        ...(isIdentified && { deviceID: device }),
      };
    }),
  },
];
