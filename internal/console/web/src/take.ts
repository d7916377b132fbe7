import { postLines } from './api';
import { toast } from './toast';
import type { Ended, Line, Me } from './types';
import { changed } from './undo';

/** take assigns an incident to the person, unless somebody else was faster. */
export async function take(me: Me, of: Line): Promise<void> {
  const named = { namespace: of.namespace, name: of.name, uid: of.uid };
  let line: Ended | undefined;
  try {
    await postLines('/api/changes', { incidents: [named], edit: { assignee: { seen: of.assignee ?? '', to: me.user } } }, (one) => { line = one; });
    if (line?.problem) toast(line.conflicts ? `${line.conflicts[0]!.by || 'Somebody'} was faster: it is ${line.conflicts[0]!.theirs || 'nobody'}’s now` : line.problem.message, 'danger');
    else changed('It is yours', named);
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error), 'danger');
  }
}
