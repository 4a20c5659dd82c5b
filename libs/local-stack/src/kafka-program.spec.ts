import { javaVersion, kafkaVersion, mavenDownloadedBytes } from './kafka-program.js';

it.each([
  ['openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment', { major: 17, full: '17.0.15' }],
  ['openjdk version "25" 2025-09-16', { major: 25, full: '25' }],
  ['java version "1.8.0_431"', { major: 8, full: '1.8.0_431' }],
  ['The operation could not be completed. Unable to locate a Java Runtime.', undefined],
])('reads the Java version in %j', (printed, version) => {
  expect(javaVersion(printed)).toEqual(version);
});

it.each([
  ['[INFO] Downloaded from central: some/where/zstd.jar (6.7 MB at 74 MB/s)', 6_700_000],
  ['Downloaded from central: some/where/a.pom (8.5 kB at 118 kB/s)', 8_500],
  ['Downloaded from mirror: some/where/b.pom (358 B at 3.1 kB/s)', 358],
  ['[INFO] Downloading from central: some/where/zstd.jar', 0],
  ['[INFO] BUILD SUCCESS', 0],
])('reads what Maven has fetched in %j', (line, bytes) => {
  expect(mavenDownloadedBytes(line)).toBe(bytes);
});

it("finds Kafka's version in the pom", () => {
  expect(kafkaVersion()).toMatch(/^4\.\d+\.\d+$/);
});
