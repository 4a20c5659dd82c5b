import { mavenDownloadedBytes } from './maven-jars.js';

it.each([
  ['[INFO] Downloaded from central: some/where/zstd.jar (6.7 MB at 74 MB/s)', 6_700_000],
  ['Downloaded from central: some/where/a.pom (8.5 kB at 118 kB/s)', 8_500],
  ['Downloaded from mirror: some/where/b.pom (358 B at 3.1 kB/s)', 358],
  ['[INFO] Downloading from central: some/where/zstd.jar', 0],
  ['[INFO] BUILD SUCCESS', 0],
])('reads what Maven has fetched in %j', (line, bytes) => {
  expect(mavenDownloadedBytes(line)).toBe(bytes);
});
