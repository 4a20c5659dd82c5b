import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Attempts } from './attempts.js';
import { mavenJars } from './maven-jars.js';
import type { Log } from './progress.js';
import { runCommand } from './run-command.js';

// From dist/libs/local-stack/src, where this runs, to libs/local-stack, which tsc does not copy.
const pom = fileURLToPath(new URL('../../../../libs/local-stack/pom.xml', import.meta.url));

/** Kafka's jars and a Java that runs them. */
export interface KafkaProgram {
  java: string;
  /** The folder of the jars. */
  jars: string;
  /** Where they are from, for a human. */
  origin: string;
}

/** The version of Kafka that the pom asks for. */
export function kafkaVersion(): string {
  return /<kafka.version>(.+)<\/kafka.version>/.exec(readFileSync(pom, 'utf8'))![1]!;
}

/**
 * Finds a Java of 17 or newer, and Kafka's jars in the cache or through Maven.
 * @returns undefined when one of them is not to be had; `attempts` then says why
 */
export async function kafkaProgram(
  env: NodeJS.ProcessEnv,
  log: Log,
  attempts: Attempts,
): Promise<KafkaProgram | undefined> {
  const java = await findJava(env, attempts);
  const jars = await attempts.try(`Kafka ${kafkaVersion()} by Maven`, () => kafkaJars(java?.path, env, log));
  if (!java || !jars) return undefined;
  return {
    java: java.path,
    jars,
    origin: `Kafka ${kafkaVersion()} from Maven Central, in Java ${java.version}`,
  };
}

/** A Java of 17 or newer; undefined when there is none, and `attempts` then says why. */
export async function findJava(
  env: NodeJS.ProcessEnv,
  attempts: Attempts,
): Promise<{ path: string; version: string } | undefined> {
  const candidates = [['Java on the PATH', 'java']];
  if (env.JAVA_HOME) candidates.unshift(['Java in JAVA_HOME', join(env.JAVA_HOME, 'bin', 'java')]);
  for (const [way, path] of candidates as [string, string][]) {
    const java = await attempts.try(way, async () => {
      const version = javaVersion(await runCommand(path, ['-version'], { env, limitMs: 10_000 }));
      if (!version) throw new Error('does not say its version');
      if (version.major < 17) throw new Error(`is ${version.full}, and Kafka needs 17 or newer`);
      return { path, version: version.full };
    });
    if (java) return java;
  }
  return undefined;
}

/** Reads what `java -version` prints; before Java 9, "1.8.0" was the version of Java 8. */
export function javaVersion(printed: string): { major: number; full: string } | undefined {
  const full = /version "([^"]+)"/.exec(printed)?.[1];
  const major = /^(?:1\.)?(\d+)/.exec(full ?? '')?.[1];
  return full && major ? { full, major: Number(major) } : undefined;
}

function kafkaJars(java: string | undefined, env: NodeJS.ProcessEnv, log: Log): Promise<string> {
  const version = kafkaVersion();
  const what = `Kafka ${version} from Maven Central (some 65 MB, Maven's plugins included)`;
  const trial = ['kafka.Kafka', '--version'];
  return mavenJars({ pom, name: `kafka-${version}`, what, java, trial }, env, log);
}
