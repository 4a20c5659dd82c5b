interface Route {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/** Which methods each path knows, from the routes as they are registered (`/deals/:id`). */
export class Routes {
  private readonly routes = new Map<string, Route>();

  add({ method, url }: { readonly method: string | readonly string[]; readonly url: string }): void {
    const route = this.routes.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    for (const one of [method].flat() as string[]) route.methods.add(one);
    this.routes.set(url, route);
  }

  /** @returns in the order of the alphabet; none for a path that is not known */
  methodsOf(path: string): string[] {
    const matching = [...this.routes.values()].filter(({ pattern }) => pattern.test(path));
    return [...new Set(matching.flatMap(({ methods }) => [...methods]))].sort();
  }
}

const patternOf = (url: string): RegExp =>
  new RegExp(`^${url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]+')}$`);
