/** A service's metrics as it shows them (Prometheus text format), to be summed by name and labels. */
export class Metrics {
  private constructor(private readonly lines: readonly string[]) {}

  /** @returns undefined while the service does not answer */
  static async of(url: string): Promise<Metrics | undefined> {
    const text = await fetch(`${url}/metrics`).then(
      (response) => response.text(),
      () => undefined,
    );
    return text === undefined ? undefined : Metrics.read(text);
  }

  static read(text: string): Metrics {
    return new Metrics(text.split('\n').filter((line) => !line.startsWith('#')));
  }

  /**
   * The sum of a metric over all its labels but those that are given.
   * @example `sum('orebound_events_total', { topic: 'shipments.inbound' })`
   */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    return this.lines
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .filter((line) => wanted.every((label) => line.includes(`{${label}`) || line.includes(`,${label}`)))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0);
  }
}
