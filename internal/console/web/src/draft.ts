import type { Conflict, Decided, Edit } from './types';

/** Draft is what a person wants an incident to say. */
export interface Draft {
  name: string; assignee: string; severity: string; state: string; note: string; classification: string; tags: string[]; comment: string;
}

export const fields = ['name', 'severity', 'assignee', 'state', 'note', 'classification'] as const;
export type FieldName = (typeof fields)[number];

export const draftOf = (decided: Decided): Draft => ({
  name: decided.name, assignee: decided.assignee, severity: decided.severity, state: decided.state, note: decided.note,
  classification: decided.classification, tags: decided.tags ?? [], comment: '',
});

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** Kept is a draft in the storage of the tab, so that it outlives a session that ends and a page that is loaded anew. */
interface Kept { draft: Draft; seen: Draft }

const keyOf = (uid: string) => `incident-console-draft-${uid}`;

export const keep = (uid: string, kept: Kept) => sessionStorage.setItem(keyOf(uid), JSON.stringify(kept));
export const drop = (uid: string) => sessionStorage.removeItem(keyOf(uid));

export function kept(uid: string): Kept | undefined {
  const text = sessionStorage.getItem(keyOf(uid));
  return text ? (JSON.parse(text) as Kept) : undefined;
}

/** editOf is what the draft changes of what was seen; undefined for nothing. */
export function editOf(draft: Draft, seen: Draft): Edit | undefined {
  const edit: Edit = {};
  for (const field of fields) {
    if (field === 'note' && draft.state !== 'Resolved') continue; // The note goes when the incident is opened again.
    const to = field === 'name' || field === 'assignee' ? draft[field].trim() : draft[field];
    if (to !== seen[field]) edit[field] = { seen: seen[field], to };
  }
  const added = draft.tags.filter((tag) => !seen.tags.some((other) => same(tag, other)));
  const removed = seen.tags.filter((tag) => !draft.tags.some((other) => same(tag, other)));
  if (added.length) edit.addTags = added;
  if (removed.length) edit.removeTags = removed;
  return Object.keys(edit).length ? edit : undefined;
}

/** catchUp takes what others changed into the draft where the person changed nothing, and returns what both changed. */
export function catchUp(draft: Draft, seen: Draft, now: Decided): { draft: Draft; seen: Draft; conflicts: Conflict[] } {
  const fresh = draftOf(now);
  const next: Draft = { ...draft };
  const known: Draft = { ...seen };
  const conflicts: Conflict[] = [];
  const groups: Record<FieldName, string> = { name: 'name', severity: 'severity', assignee: 'assignee', state: 'resolution', note: 'resolution', classification: 'classification' };
  for (const field of fields) {
    if (fresh[field] === seen[field]) continue;
    if (draft[field] === seen[field] || draft[field] === fresh[field]) { next[field] = fresh[field]; known[field] = fresh[field]; continue; }
    conflicts.push({ field, seen: seen[field], mine: draft[field], theirs: fresh[field], by: now.editors[groups[field]] ?? '' });
  }
  const added = draft.tags.filter((tag) => !seen.tags.some((other) => same(tag, other)));
  const removed = seen.tags.filter((tag) => !draft.tags.some((other) => same(tag, other)));
  known.tags = fresh.tags;
  next.tags = [...fresh.tags.filter((tag) => !removed.some((other) => same(tag, other))), ...added.filter((tag) => !fresh.tags.some((other) => same(tag, other)))];
  return { draft: next, seen: known, conflicts };
}
