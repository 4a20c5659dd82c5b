import fc from 'fast-check';
import { cellOf, csvOf, rowOf } from './shipments-csv.js';
import { summaryOf } from './shipment-view.js';
import { arrived, CONTAINERS, departed, IN_FIVE, registered, shipmentAfter } from './shipment.story.js';

/** RFC 4180's grammar, read character by character. */
function rowsIn(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (isQuoted && character === '"' && text[i + 1] === '"') cell += text[i++];
    else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && character === ',') {
      rows.at(-1)!.push(cell);
      cell = '';
    } else if (!isQuoted && text.startsWith('\r\n', i)) {
      rows.at(-1)!.push(cell);
      rows.push([]);
      cell = '';
      i++;
    } else cell += character;
  }
  return rows.slice(0, -1);
}

describe('shipments as CSV', () => {
  it('have a row each, under a header', () => {
    const history = [registered({ dealId: 'DEAL-1' }), departed()];
    const text = csvOf([rowOf(summaryOf({ _id: 'SHP-1', ...shipmentAfter(history) }))]);
    expect(text).toBe(
      'id,status,statusAt,dealId,origin,destination,deadline,position,eta,arrivedAt,partsArrived,minerals,cargo,openExceptions,updatedAt\r\n' +
        'SHP-1,departed,2025-09-12T06:00:00+05:00,DEAL-1,PKKHI,USSTL,,PKKHI,,,,antimony,L1: antimony 20.500 TNE wet,,\r\n',
    );
  });

  it('say how much has arrived', () => {
    const history = [registered({ cargo: IN_FIVE }), arrived({ containers: CONTAINERS.slice(0, 2) })];
    const row = rowOf(summaryOf({ _id: 'SHP-1', ...shipmentAfter(history) }));
    expect(row).toContain(',2 of 5,copper neodymium antimony cerium,');
  });

  it('are read as they were written, whatever stands in a cell', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string({ unit: 'binary' }), { minLength: 2, maxLength: 2 })),
        (rows) => {
          const text = csvOf(rows.map((cells) => cells.map(cellOf).join(',')));
          const read = rowsIn(text).slice(1);
          const plain = (cell: string): string => cell.replace(/^'(?=[=+\-@\t\r＝＋－＠])/u, '');
          expect(read.map((cells) => cells.map(plain))).toEqual(rows.map((cells) => cells.map(plain)));
        },
      ),
    );
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1+1'])('are no formula: %j', (text) => {
    expect(rowsIn(`${cellOf(text)}\r\n`)).toEqual([[`'${text}`]]);
  });
});
