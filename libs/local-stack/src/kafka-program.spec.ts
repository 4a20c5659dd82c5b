import { javaVersion, kafkaVersion } from './kafka-program.js';

it.each([
  ['openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment', { major: 17, full: '17.0.15' }],
  ['openjdk version "25" 2025-09-16', { major: 25, full: '25' }],
  ['java version "1.8.0_431"', { major: 8, full: '1.8.0_431' }],
  ['The operation could not be completed. Unable to locate a Java Runtime.', undefined],
])('reads the Java version in %j', (printed, version) => {
  expect(javaVersion(printed)).toEqual(version);
});

it("finds Kafka's version in the pom", () => {
  expect(kafkaVersion()).toMatch(/^4\.\d+\.\d+$/);
});
