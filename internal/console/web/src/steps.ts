interface Step { namespace: string; name: string }

let steps: Step[] = [];

/** remember keeps what the queue showed last, so that one can step through it from an incident. */
export function remember(shown: Step[]): void {
  steps = shown.map(({ namespace, name }) => ({ namespace, name }));
}

/** step is the incident before or after one in the queue; undefined at an end, and where no queue was shown. */
export function step(from: Step, by: number): Step | undefined {
  const at = steps.findIndex((one) => one.namespace === from.namespace && one.name === from.name);
  return at < 0 ? undefined : steps[at + by];
}
