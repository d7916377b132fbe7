import type { ComponentChildren } from 'preact';
import { classified, count, visible } from './format';
import { Menu } from './menu';
import { say, sentence } from './messages';
import { useSetting } from './setting';
import type { Line, Me } from './types';
import { Button, Icon, Person, StateMark, Time } from './ui';

/** Column is one that a person may choose; the title and the severity are always there. */
interface Column { label: string; sort?: string; cell: (line: Line, me: Me) => ComponentChildren }

export const columns: Record<string, Column> = {
  state: { label: say.columns.state, cell: (line) => <StateMark of={line.state} /> },
  assignee: { label: say.columns.assignee, sort: 'assignee', cell: (line, me) => <Person name={line.assignee} me={me.user} /> },
  alerts: { label: say.columns.alerts, sort: 'alerts', cell: (line) => <AlertBar active={line.active} total={line.total} /> },
  tactics: { label: say.columns.tactics, cell: (line) => <First of={line.categories} joint=" → " /> },
  source: { label: say.columns.source, cell: (line) => <First of={line.sources} joint=", " /> },
  class: { label: say.columns.class, cell: (line) => classified([line.classification.verdict || 'NotSet', line.classification.determination].filter(Boolean).join('/')) },
  activity: { label: say.columns.activity, sort: 'activity', cell: (line) => <Time at={line.lastActivity} /> },
  age: { label: say.columns.age, sort: 'age', cell: (line) => <Time at={line.created} /> },
};

const usual = 'state,assignee,alerts,tactics,activity,age';

/** useColumns are the keys of the columns that are shown, in their order. */
export function useColumns(): [string[], (keys: string[]) => void] {
  const [chosen, choose] = useSetting('columns', usual);
  return [chosen.split(',').filter((key) => columns[key]), (keys) => choose(keys.join(','))];
}

/** Columns chooses and orders the columns, by pointer or keyboard. */
export function Columns() {
  const [shown, choose] = useColumns();
  const all = [...shown, ...Object.keys(columns).filter((key) => !shown.includes(key))];
  const move = (key: string, by: number) => {
    const at = shown.indexOf(key);
    choose(shown.with(at, shown[at + by]!).with(at + by, key));
  };
  return (
    <Menu id="columns" label={say.columns.title} class="subtle wide-only" face={<><Icon name="settings_16_regular" />{say.columns.title}</>}>
      {() => <>
        {all.map((key) => {
          const { label } = columns[key]!;
          const at = shown.indexOf(key);
          return (
            <div key={key} class="column">
              <label class="check grow"><input type="checkbox" checked={at >= 0} onChange={() => choose(at >= 0 ? shown.filter((one) => one !== key) : [...shown, key])} />{label}</label>
              <Button kind="subtle" icon="arrow_up_16_regular" aria-label={sentence(say.columns.earlier, { column: label })} disabled={at <= 0} onClick={() => move(key, -1)} />
              <Button kind="subtle" icon="arrow_down_16_regular" aria-label={sentence(say.columns.later, { column: label })} disabled={at < 0 || at === shown.length - 1} onClick={() => move(key, 1)} />
            </div>
          );
        })}
        <Button kind="subtle" onClick={() => choose(usual.split(','))}>{say.columns.usual}</Button>
      </>}
    </Menu>
  );
}

const First = ({ of = [], joint }: { of?: string[]; joint: string }) => (of.length > 0
  ? <bdi title={of.map(visible).join(joint)}>{visible(of[0])}{of.length > 1 && ` +${of.length - 1}`}</bdi> : null);

/** AlertBar shows how many of the alerts are not resolved. */
export function AlertBar({ active, total }: { active: number; total: number }) {
  return (
    <span class="alerts" title={sentence(say.columns.active, { active: count(active), total: count(total) })}>
      <span class="numbers"><b>{count(active)}</b> / {count(total)}</span>
      <svg class="meter" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="part" width={total ? (100 * active) / total : 0} height="4" /></svg>
    </span>
  );
}
