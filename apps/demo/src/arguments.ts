import { parseArgs } from 'node:util';

export interface Arguments {
  readonly firstPort: number;
  readonly flags: ReadonlySet<string>;
}

const FIRST_PORT = '3001';

/** Reads the command line; tells and ends the process where it asks for help, or is not understood (exit code 2). */
export function parseArguments(help: string, flags: readonly string[]): Arguments {
  try {
    const { values } = parseArgs({
      options: {
        ports: { type: 'string', default: FIRST_PORT },
        help: { type: 'boolean' },
        ...Object.fromEntries(flags.map((flag) => [flag, { type: 'boolean' as const }])),
      },
    });
    if (values.help) {
      process.stdout.write(help);
      process.exit(0);
    }
    if (!/^\d{4,5}$/.test(values.ports) || Number(values.ports) > 65_533)
      throw new Error(`--ports ${values.ports} is no port`);
    const given = values as Record<string, unknown>;
    return { firstPort: Number(values.ports), flags: new Set(flags.filter((flag) => given[flag] === true)) };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${help}`);
    process.exit(2);
  }
}
