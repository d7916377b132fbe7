import { classified, visible, word } from './format';
import { fill, say } from './messages';
import type { Conflict } from './types';
import { Banner, Button, Text } from './ui';

const labels: Record<string, string> = say.field;

const valueOf = (field: string, value: string) =>
  value === '' ? say.conflicts.emptyOf[field] ?? say.conflicts.empty : field === 'classification' ? classified(value) : field === 'state' ? word(value) : visible(value);

/** Conflicts shows fields that two people changed: both values, so that nothing is lost. */
export function Conflicts({ all, onDecide }: { all: Conflict[]; onDecide: (conflict: Conflict, keep: 'mine' | 'theirs') => void }) {
  if (all.length === 0) return null;
  return (
    <section class="conflicts" aria-label={say.conflicts.label}>
      <Banner kind="warning" icon="warning_16_filled">{all.length === 1 ? say.conflicts.one : say.conflicts.many}</Banner>
      {all.map((conflict) => (
        <div key={conflict.field} class="conflict">
          <h3>{labels[conflict.field] ?? conflict.field}</h3>
          <dl>
            <dt>{say.conflicts.was}</dt><dd>{valueOf(conflict.field, conflict.seen)}</dd>
            <dt>{fill(say.conflicts.madeIt, { who: <Text>{conflict.by || say.somebody}</Text> })}</dt><dd class="theirs">{valueOf(conflict.field, conflict.theirs)}</dd>
            <dt>{say.conflicts.wanted}</dt><dd class="mine">{valueOf(conflict.field, conflict.mine)}</dd>
          </dl>
          <div class="buttons">
            <Button onClick={() => onDecide(conflict, 'theirs')}>{say.conflicts.theirs}</Button>
            <Button onClick={() => onDecide(conflict, 'mine')}>{say.conflicts.mine}</Button>
          </div>
        </div>
      ))}
    </section>
  );
}
