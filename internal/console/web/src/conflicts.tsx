import { classified, visible, word } from './format';
import type { Conflict } from './types';
import { Banner, Button, Text } from './ui';

const labels: Record<string, string> = { name: 'Incident name', assignee: 'Assign to', severity: 'Severity', state: 'State', note: 'Note', classification: 'Classification' };
const empty: Record<string, string> = { name: 'The automatic name', assignee: 'Nobody', severity: 'The highest of its alerts' };

const valueOf = (field: string, value: string) =>
  value === '' ? empty[field] ?? 'Empty' : field === 'classification' ? classified(value) : field === 'state' ? word(value) : visible(value);

/** Conflicts shows fields that two people changed: both values, so that nothing is lost. */
export function Conflicts({ all, onDecide }: { all: Conflict[]; onDecide: (conflict: Conflict, keep: 'mine' | 'theirs') => void }) {
  if (all.length === 0) return null;
  return (
    <section class="conflicts" aria-label="Changed by somebody else">
      <Banner kind="warning" icon="warning_16_filled">Somebody else changed {all.length === 1 ? 'a field' : 'fields'} that you changed too. Nothing is saved yet: choose what counts.</Banner>
      {all.map((conflict) => (
        <div key={conflict.field} class="conflict">
          <h3>{labels[conflict.field] ?? conflict.field}</h3>
          <dl>
            <dt>It was</dt><dd>{valueOf(conflict.field, conflict.seen)}</dd>
            <dt><Text>{conflict.by || 'Somebody'}</Text> made it</dt><dd class="theirs">{valueOf(conflict.field, conflict.theirs)}</dd>
            <dt>You want</dt><dd class="mine">{valueOf(conflict.field, conflict.mine)}</dd>
          </dl>
          <div class="buttons">
            <Button onClick={() => onDecide(conflict, 'theirs')}>Keep theirs</Button>
            <Button onClick={() => onDecide(conflict, 'mine')}>Use mine</Button>
          </div>
        </div>
      ))}
    </section>
  );
}
