import { styleText } from 'node:util';

const WIDTH = 100;

/** Tells a story on a terminal: chapters, what is done, and what came of it. */
export class Teller {
  private chapters = 0;

  constructor(
    private readonly write: (text: string) => void,
    private readonly pauseMs: number,
  ) {}

  async chapter(title: string, text: string): Promise<void> {
    await this.pause();
    this.write(
      `\n${styleText(['bold', 'cyan'], `${++this.chapters}. ${title}`)}\n${wrapped(text, '   ')}\n\n`,
    );
    await this.pause();
  }

  /** What somebody outside does. */
  async does(who: string, what: string): Promise<void> {
    this.write(`   ${styleText('yellow', who.padEnd(16))} ${what}\n`);
    await this.pause();
  }

  /** What Orebound makes of it. */
  async sees(what: string): Promise<void> {
    this.write(`   ${styleText('green', '→'.padStart(16))} ${what}\n`);
    await this.pause();
  }

  says(line: string): void {
    this.write(`${line}\n`);
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.pauseMs));
  }
}

const wrapped = (text: string, indent: string): string =>
  text
    .split(' ')
    .reduce<string[]>(
      (lines, word) => {
        const line = `${lines.at(-1)!} ${word}`.trimStart();
        return line.length > WIDTH - indent.length ? [...lines, word] : [...lines.slice(0, -1), line];
      },
      [''],
    )
    .map((line) => indent + line)
    .join('\n');
