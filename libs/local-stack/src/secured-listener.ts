import { dirname, join } from 'node:path';
import type { KafkaProgram } from './kafka-program.js';
import { runCommand } from './run-command.js';

/** Who may log in there. */
export const LOGIN = { username: 'orebound', password: 'a password for this machine' } as const;

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'];
const KEYSTORE_PASSWORD = 'changeit';
const KEYTOOL_WITHIN_MS = 30_000;

/** A broker's listener for clients that log in (SASL), over TLS with a certificate that it has signed itself. */
export class SecuredListener {
  private constructor(
    readonly port: number,
    private readonly keystore: string,
    /** PEM. */
    readonly certificate: string,
  ) {}

  /**
   * @param folder of the broker, where the key stays
   * @throws Error where there is no keytool beside Java
   */
  static async create({ java }: KafkaProgram, port: number, folder: string): Promise<SecuredListener> {
    const keystore = join(folder, 'keystore.p12');
    const keytool = (...args: string[]): Promise<string> =>
      runCommand(
        join(dirname(java), 'keytool'),
        [...args, '-alias', 'broker', '-keystore', keystore, '-storepass', KEYSTORE_PASSWORD],
        { env: process.env, limitMs: KEYTOOL_WITHIN_MS },
      );
    const name = ['-dname', 'CN=localhost', '-ext', 'san=ip:127.0.0.1'];
    await keytool('-genkeypair', '-keyalg', 'EC', '-storetype', 'PKCS12', '-validity', '2', ...name);
    return new SecuredListener(port, keystore, await keytool('-exportcert', '-rfc'));
  }

  /** What its storage is formatted with: who logs in by SCRAM, the cluster remembers. */
  get formatArguments(): string[] {
    return MECHANISMS.filter((mechanism) => mechanism.startsWith('SCRAM')).flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=${LOGIN.username},password=${LOGIN.password}]`,
    ]);
  }

  /** Lines of server.properties, beside the listener itself. */
  get properties(): string[] {
    const modules = {
      plain: `plain.PlainLoginModule required user_${LOGIN.username}="${LOGIN.password}"`,
      'scram-sha-256': 'scram.ScramLoginModule required',
      'scram-sha-512': 'scram.ScramLoginModule required',
    };
    return [
      `sasl.enabled.mechanisms=${MECHANISMS.join()}`,
      ...Object.entries(modules).map(
        ([mechanism, module]) =>
          `listener.name.secured.${mechanism}.sasl.jaas.config=org.apache.kafka.common.security.${module};`,
      ),
      `ssl.keystore.location=${this.keystore.replaceAll('\\', '/')}`,
      'ssl.keystore.type=PKCS12',
      `ssl.keystore.password=${KEYSTORE_PASSWORD}`,
    ];
  }
}
