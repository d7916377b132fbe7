import { useRef, useState } from 'preact/hooks';
import { Failure, post, postLines } from './api';
import { count, plural, visible } from './format';
import { fill, say } from './messages';
import type { Chosen, Edit, Ended } from './types';
import { Banner, Button, Icon, Text } from './ui';

/** Run is a change of many incidents that is under way, or over. */
interface Run {
  lines: Ended[]; over: boolean;
  /** stopping is asked for, stopped when the server has heard it. */
  stopping: boolean; stopped: boolean;
  /** retried are the objects that were asked for once more, busy those of which the answer is to come. */
  retried: Set<string>; busy: Set<string>;
  /** failure is why nothing more is known. */
  failure?: string;
}

const reasonOf = (error: unknown) => (error instanceof Failure ? error.problem.message : String(error));

const failed = (run: Run) => run.lines.filter((line) => line.problem);

/** useRun makes one change of many incidents, and tells how each of them ended. */
export function useRun(chosen: Chosen) {
  const [run, set] = useState<Run>();
  const edit = useRef<Edit | undefined>(undefined);
  const name = useRef('');
  const change = (part: (now: Run) => Partial<Run>) => set((now) => now && { ...now, ...part(now) });

  const start = async (wanted: Edit): Promise<Ended[] | undefined> => {
    edit.current = wanted;
    name.current = crypto.randomUUID();
    const lines: Ended[] = [];
    set({ lines, over: false, stopping: false, stopped: false, retried: new Set(), busy: new Set() });
    let failure: string | undefined;
    try {
      await postLines('/api/changes', { ...chosen, edit: wanted, run: name.current }, (line) => { lines.push(line); change(() => ({ lines })); });
    } catch (error) {
      failure = reasonOf(error);
    }
    change(() => ({ over: true, failure }));
    return failure ? undefined : lines;
  };

  const stop = async () => {
    change(() => ({ stopping: true }));
    try {
      await post('/api/changes/stop', { run: name.current });
      change(() => ({ stopped: true }));
    } catch {
      change(() => ({ stopping: false })); // The change goes on: the person may stop it once more.
    }
  };

  const retry = async ({ object, uid = '' }: Ended) => {
    const [namespace = '', incident = ''] = object.split('/');
    change((now) => ({ busy: new Set(now.busy).add(object) }));
    const put = (line: Ended) => change((now) => ({ lines: now.lines.map((one) => (one.object === object ? line : one)), retried: new Set(now.retried).add(object) }));
    try {
      await postLines('/api/changes', { incidents: [{ namespace, name: incident, uid }], edit: edit.current }, put);
    } catch (error) {
      put({ object, uid, ending: 'failed', problem: { kind: 'away', message: reasonOf(error) } });
    }
    change((now) => { const busy = new Set(now.busy); busy.delete(object); return { busy }; });
  };
  return { run, start, stop, retry };
}

const ended = (run: Run) => run.lines.filter((line) => line.ending !== 'not begun');

/** Progress tells how far a run is, and what failed. */
export function Progress({ run, number, onRetry }: { run: Run; number: number; onRetry: (line: Ended) => Promise<void> }) {
  const list = useRef<HTMLUListElement>(null);
  const all = Math.max(number, run.lines.length);
  const done = ended(run).length;
  const shown = run.lines.filter((line) => line.problem || run.retried.has(line.object));
  // The button that was pressed goes if that helped: the next failure takes the focus, else the end of the list.
  const retry = (line: Ended) => void onRetry(line).then(() => requestAnimationFrame(() => (list.current?.querySelector('button') ?? list.current)?.focus()));
  return (
    <div class="progress">
      <p role="status">{fill(say.bulk.done, { done: count(done), all: count(all) })}{run.over ? <> <Rest run={run} all={all} /></> : run.stopped ? ` ${say.bulk.stopped}` : ''}</p>
      <progress max={all} value={done} aria-label={say.bulk.progress} />
      {run.failure && <Banner kind="danger" icon="error_circle_16_filled"><Text>{run.failure}</Text></Banner>}
      {shown.length > 0 && <>
        <h3>{plural(failed(run).length, say.bulk.failure)}</h3>
        <ul class="failures" ref={list} tabIndex={-1}>{shown.map((line) => (
          <li key={line.object}>
            <Icon name={line.problem ? 'error_circle_16_filled' : 'checkmark_circle_16_filled'} />
            <span class="grow"><span class="mono">{visible(line.object)}</span> {line.problem ? <Text>{line.problem.message}</Text> : say.bulk.endings[line.ending] ?? line.ending}</span>
            {line.problem && run.over && <Button disabled={run.busy.has(line.object)} aria-label={`${say.bulk.retry} ${visible(line.object)}`} onClick={() => retry(line)}>{say.bulk.retry}</Button>}
          </li>
        ))}</ul>
      </>}
    </div>
  );
}

/** Rest says in numbers how a run ended. */
function Rest({ run, all }: { run: Run; all: number }) {
  const numbers = new Map<string, number>();
  for (const { ending } of run.lines) numbers.set(ending, (numbers.get(ending) ?? 0) + 1);
  const parts = [...numbers].map(([ending, number]) => `${count(number)} ${say.bulk.endings[ending] ?? ending}`);
  const unknown = run.failure ? all - run.lines.length : 0;
  if (unknown > 0) parts.push(`${count(unknown)} ${say.bulk.unknown}`);
  return parts.length > 0 ? <>{`${parts.join(', ')}.`}</> : null;
}

/** wentWell says that there is nothing more to be told of a run. */
export const wentWell = (lines?: Ended[]) => Boolean(lines?.every((line) => !line.problem && line.ending !== 'not begun' && line.ending !== 'no longer selected'));
