import { Metrics } from './metrics.js';

const metrics = Metrics.read(`# HELP events_total Events.
# TYPE events_total counter
events_total{topic="a",outcome="applied"} 12
events_total{topic="b",outcome="applied"} 5
events_total{topic="b",outcome="refused"} 2
events_total{from_topic="b",outcome="applied"} 50
events_total_more 100
resident_bytes 1.5e+3
`);

it.each([
  ['events_total', {}, 69],
  ['events_total', { topic: 'b' }, 7],
  ['events_total', { topic: 'b', outcome: 'refused' }, 2],
  ['events_total', { topic: 'c' }, 0],
  ['resident_bytes', {}, 1_500],
  ['unknown', {}, 0],
])('sums %s where %j', (name, labels, sum) => {
  expect(metrics.sum(name, labels)).toBe(sum);
});
