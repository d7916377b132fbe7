import { useLayoutEffect, useState } from 'preact/hooks';
import { onNews, postLines } from './api';
import type { Edit, Ended, Line, Named, Severity, State } from './types';

interface Early { edit: Edit; saved: boolean }

const early = new Map<string, Early>(); // By the UIDs of the incidents.
const listeners = new Set<() => void>();
const tell = () => listeners.forEach((listen) => listen());

/** patience is for how many milliseconds what is saved is shown from here, if no news of it come. */
const patience = 3000;

function forget(uid: string, of: Early): void {
  if (early.get(uid) !== of) return;
  early.delete(uid);
  tell();
}

onNews((news) => news.lines.forEach(({ uid }) => { const of = early.get(uid); if (of?.saved) forget(uid, of); }));

/** atOnce saves an edit of one incident, and shows what it makes of it meanwhile. If that fails, what was there is shown again. */
export async function atOnce(of: Named, edit: Edit): Promise<Ended | undefined> {
  const mine: Early = { edit, saved: false };
  early.set(of.uid, mine);
  tell();
  let ended: Ended | undefined;
  try {
    await postLines('/api/changes', { incidents: [of], edit }, (line) => { ended = line; });
  } finally {
    if (!ended || ended.problem) forget(of.uid, mine);
    else { mine.saved = true; tell(); setTimeout(() => forget(of.uid, mine), patience); }
  }
  return ended;
}

const without = (tags: string[], taken: string[]) => tags.filter((tag) => !taken.some((one) => one.toLowerCase() === tag.toLowerCase()));

/** edited is a line as an edit makes it. What only the cluster can tell, such as the name that comes back, stays as it is. */
function edited<T extends Line>(line: T, edit: Edit): T {
  const next: T = { ...line };
  if (edit.name?.to) next.title = edit.name.to;
  if (edit.assignee) next.assignee = edit.assignee.to;
  if (edit.severity?.to) next.severity = edit.severity.to as Severity;
  if (edit.state) next.state = edit.state.to as State;
  if (edit.classification) { const [verdict, determination] = edit.classification.to.split('/'); next.classification = { verdict, determination }; }
  const added = edit.addTags ?? [];
  if (added.length || edit.removeTags) next.tags = [...without(next.tags ?? [], [...added, ...edit.removeTags ?? []]), ...added];
  return next;
}

/** Shown is an incident as it is shown: saving says that the cluster does not have it so yet. */
export type Shown<T extends Line> = T & { saving?: boolean };

/** useAtOnce returns how an incident is shown: with what is being saved. */
export function useAtOnce(): <T extends Line>(line: T) => Shown<T> {
  const [, draw] = useState(0);
  useLayoutEffect(() => { // Together with what is drawn: nothing that is saved from then on is missed.
    const listen = () => draw((now) => now + 1);
    listeners.add(listen);
    return () => void listeners.delete(listen);
  }, []);
  return (line) => {
    const of = early.get(line.uid);
    return of ? { ...edited(line, of.edit), saving: !of.saved } : line;
  };
}
