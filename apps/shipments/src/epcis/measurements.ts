/** What the sensors of an EPCIS event tell, as measurements. */
import { Decimal } from 'decimal.js';
import type { MEASURED, Measurement } from '#contracts/trade.js';
import type { EpcisEvent, Json, SensorReport } from './epcis-event.js';
import { wordOf } from './vocabulary.js';

const MOST_MEASUREMENTS = 200;
const LONGEST_NAME = 300;
/** As exactly as a contract has it: 12 digits before the point, and 12 behind it. */
const DIGITS_BEHIND = 12;
const TOO_LARGE = 1e12;

const KINDS = new Map<string, (typeof MEASURED)[number]>([
  ['Temperature', 'temperature'],
  ['RelativeHumidity', 'humidity'],
  ['AbsoluteHumidity', 'humidity'],
  ['Acceleration', 'shock'],
]);
/** The numbers of a report: the value read, and what is said of many values. */
export const FIGURES = ['value', 'minValue', 'maxValue', 'meanValue', 'sDev', 'percValue'] as const;

const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
const short = (text: string): string => [...text].slice(0, LONGEST_NAME).join('');

/** The last part of a URI: what a person reads. */
const labelOf = (term: string): string =>
  term.slice(1 + Math.max(term.lastIndexOf('/'), term.lastIndexOf('#')));

function ofReport(report: SensorReport, metadata: Readonly<Record<string, Json>>): Measurement[] {
  const measured = wordOf('measurement', report.type);
  const kind = KINDS.get(measured) ?? 'other';
  const about = ['component', 'microorganism', 'chemicalSubstance'].flatMap(
    (property) => textOf(report[property]) ?? [],
  );
  const at = textOf(report['time']) ?? textOf(metadata['time']);
  const device = textOf(report['deviceID']) ?? textOf(metadata['deviceID']);
  const unit = textOf(report['uom']);
  return FIGURES.flatMap((figure) => {
    const value = report[figure];
    if (typeof value !== 'number' || Math.abs(value) >= TOO_LARGE) return [];
    // How far readings lie apart is none itself, and held against a limit it would raise an alarm.
    const type = figure === 'sDev' ? 'other' : kind;
    const name = [labelOf(measured), ...(figure === 'value' ? [] : [figure]), ...about].join(' ');
    // What type and value say between them needs no name.
    const isPlain = type !== 'other' && name === 'Temperature';
    return [
      {
        type,
        ...(!isPlain && name !== '' && { name: short(name) }),
        value: new Decimal(value).toDecimalPlaces(DIGITS_BEHIND).toFixed(),
        ...(unit !== undefined && { unit }),
        ...(at !== undefined && { at }),
        ...(device !== undefined && { device: short(device) }),
      },
    ];
  });
}

/** At most as many as one observation has; those beyond are in the captured event. */
export const measurementsOf = ({ sensorElementList = [] }: EpcisEvent): Measurement[] =>
  sensorElementList
    .flatMap(({ sensorMetadata, sensorReport }) =>
      sensorReport.flatMap((report) => ofReport(report, sensorMetadata ?? {})),
    )
    .slice(0, MOST_MEASUREMENTS);

/** What sensors raise an alarm about, in words; undefined where none does. */
export const alarmsOf = ({ sensorElementList = [] }: EpcisEvent): string | undefined => {
  const alarms = sensorElementList.flatMap(({ sensorReport }) =>
    sensorReport.flatMap((report) => {
      const alert = textOf(report['exception']);
      return alert === undefined
        ? []
        : [`${wordOf('alert', alert)}: ${labelOf(wordOf('measurement', report.type))}`];
    }),
  );
  return alarms.length === 0 ? undefined : [...[...new Set(alarms)].join('; ')].slice(0, 2000).join('');
};
