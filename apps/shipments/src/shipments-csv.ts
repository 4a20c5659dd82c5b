/** Shipments as CSV (RFC 4180): a row each. Pure. */
import type { ShipmentSummary } from './shipment-view.js';

const COLUMNS: Readonly<Record<string, (shipment: ShipmentSummary) => string | undefined>> = {
  id: ({ id }) => id,
  status: ({ status }) => status,
  statusAt: ({ statusAt }) => statusAt,
  dealId: ({ dealId }) => dealId,
  origin: ({ origin }) => origin?.unlocode,
  destination: ({ destination }) => destination?.unlocode,
  deadline: ({ deadline }) => deadline,
  position: ({ position }) => position?.unlocode,
  eta: ({ eta }) => eta,
  arrivedAt: ({ arrivedAt }) => arrivedAt,
  partsArrived: ({ partsArrived: parts }) => parts && `${parts.arrived} of ${parts.of}`,
  minerals: ({ cargo }) => [...new Set(cargo.map(({ mineral }) => mineral))].join(' '),
  cargo: ({ cargo }) =>
    cargo.map((lot) => `${lot.lot}: ${lot.mineral} ${lot.quantity} ${lot.unit} ${lot.basis}`).join('; '),
  openExceptions: ({ openExceptions }) => openExceptions.join(' '),
  updatedAt: ({ updatedAt }) => updatedAt,
};

/** What a spreadsheet takes for a formula, and would carry out, when a cell begins with it (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/u;

/** A cell; one that would be a formula begins with an apostrophe, which makes it text. */
export function cellOf(text = ''): string {
  const plain = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/u.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

export const rowOf = (shipment: ShipmentSummary): string =>
  Object.values(COLUMNS)
    .map((valueOf) => cellOf(valueOf(shipment)))
    .join(',');

/** The header, then the rows. */
export const csvOf = (rows: readonly string[]): string =>
  [Object.keys(COLUMNS).join(','), ...rows].map((row) => `${row}\r\n`).join('');
