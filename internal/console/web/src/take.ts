import { atOnce } from './atonce';
import { say, sentence } from './messages';
import { toast } from './toast';
import type { Line, Me } from './types';
import { changed } from './undo';

/** take assigns an incident to the person, unless somebody else was faster. */
export async function take(me: Me, of: Line): Promise<void> {
  const named = { namespace: of.namespace, name: of.name, uid: of.uid };
  try {
    const line = await atOnce(named, { assignee: { seen: of.assignee ?? '', to: me.user } });
    const theirs = line?.conflicts?.[0];
    if (theirs) toast(sentence(say.take.late, { who: theirs.by || say.somebody, owner: theirs.theirs || say.nobody }), 'danger');
    else if (line?.problem) toast(line.problem.message, 'danger');
    else changed(say.take.done, named);
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error), 'danger');
  }
}
