/** What a REEFER event of DCSA 3.0.0 has measured. What a reefer is set to is no measurement: it is in the extensions. */
import { Decimal } from 'decimal.js';
import type { Measurement } from '#contracts/trade.js';
import type { Part } from './part.js';

/** As exactly as a contract has it: 12 digits before the point, and 12 behind it. */
const DIGITS_BEHIND = 12;
const TOO_LARGE = 1e12;
const MOST_PROBES = 100;
const MOST_SENSORS = 40;
const PERCENT = 'P1';

export function measurementsIn(reefer: Part): Measurement[] {
  const unit = reefer.oneOf('temperatureUnit', ['CEL', 'FAH']);
  const measured = (
    type: Measurement['type'],
    value: number | undefined,
    about: { name?: string; unit?: string | undefined },
  ): Measurement[] => {
    if (value === undefined || Math.abs(value) >= TOO_LARGE) return [];
    const { name, unit: of } = about;
    const text = new Decimal(value).toDecimalPlaces(DIGITS_BEHIND).toFixed();
    return [
      { type, ...(name !== undefined && { name }), value: text, ...(of !== undefined && { unit: of }) },
    ];
  };
  const probes = reefer.parts('temperatureProbeMeasurements', MOST_PROBES).flatMap((probe) => {
    const nth = probe.number('USDAProbeNumber') ?? probe.number('probeNumber');
    const label = probe.words('probeLabel', 100) ?? probe.words('COAProbeUDMKey', 100) ?? nth;
    const value = probe.number('measuredTemperatureValue') ?? probe.number('temperature');
    return measured('temperature', value, { name: label === undefined ? 'probe' : `probe ${label}`, unit });
  });
  const air = (['supply', 'return'] as const).flatMap((side) => {
    const part = reefer.part(`${side}AirTemperatureMeasurement`);
    const value = part.number('temperatureValue') ?? part.number('measuredTemperatureValue');
    const sensors = part.parts('sensorReadings', MOST_SENSORS).flatMap((sensor, nth) => {
      const name = `${side} air ${sensor.words('sensorLabel', 100) ?? nth + 1}`;
      return measured('temperature', sensor.number('temperatureValue'), { name, unit });
    });
    return [...measured('temperature', value, { name: `${side} air`, unit }), ...sensors];
  });
  const ambient = reefer.number('ambientMeasuredTemperature');
  const parameters = reefer.part('measuredParameters');
  return [
    ...probes,
    ...air,
    // Of the air outside: a limit is of what is inside, and on deck it is hot.
    ...measured('other', ambient, { name: 'ambient temperature', unit }),
    ...measured('humidity', parameters.number('humidityPercentage'), { unit: PERCENT }),
    ...measured('other', parameters.number('o2Percentage'), { name: 'oxygen', unit: PERCENT }),
    ...measured('other', parameters.number('co2Percentage'), { name: 'carbon dioxide', unit: PERCENT }),
  ];
}
