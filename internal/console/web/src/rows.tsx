import { useRef } from 'preact/hooks';
import { count, visible } from './format';
import { incidentPath } from './route';
import type { Line, Me, Queue } from './types';
import { Button, Icon, Person, SeverityMark, StateMark, Tag, Text, Time } from './ui';

/** Selected is what is chosen: single lines by their keys, or all that match but for some. */
export interface Selected { all: boolean; keys: Map<string, Line>; except: Set<string> }

interface Props {
  found: Queue; me: Me; sort: string; selected: Selected; onSelect: (selected: Selected) => void; onManage: (line: Line) => void; onSort: (key: string) => void;
}

const columns: { key?: string; label: string; class: string }[] = [
  { key: 'severity', label: 'Severity', class: 'c-severity' }, { key: 'title', label: 'Incident', class: 'c-title' }, { label: 'State', class: 'c-state' },
  { key: 'assignee', label: 'Assignee', class: 'c-assignee' }, { key: 'alerts', label: 'Alerts', class: 'c-alerts' }, { label: 'Tactics', class: 'c-tactics' },
  { key: 'activity', label: 'Last activity', class: 'c-activity' }, { key: 'age', label: 'Age', class: 'c-age' },
];

const direction: Record<string, 'ascending' | 'descending'> = { title: 'ascending', assignee: 'ascending' };

export function Rows({ found, me, sort, selected, onSelect, onManage, onSort }: Props) {
  const last = useRef(-1);
  const key = (line: Line) => `${line.namespace}/${line.name}`;
  const isOn = (line: Line) => (selected.all ? !selected.except.has(key(line)) : selected.keys.has(key(line)));
  const toggle = (i: number, on: boolean, range: boolean) => {
    const lines = range && last.current >= 0 ? found.lines.slice(Math.min(i, last.current), Math.max(i, last.current) + 1) : [found.lines[i]!];
    last.current = i;
    const next: Selected = { all: selected.all, keys: new Map(selected.keys), except: new Set(selected.except) };
    for (const line of lines) {
      if (selected.all) { if (on) next.except.delete(key(line)); else next.except.add(key(line)); }
      else if (on) next.keys.set(key(line), line); else next.keys.delete(key(line));
    }
    onSelect(next);
  };
  const every = found.lines.every(isOn);
  const some = found.lines.some(isOn);
  return (
    <div class="card table-card">
      <table class="grid">
        <caption class="hidden">Incidents; the order is by {sort}</caption>
        <thead>
          <tr>
            {me.rights.edit && <th class="c-check" scope="col">
              <input type="checkbox" aria-label="Select all incidents of this page" checked={every} ref={(box) => { if (box) box.indeterminate = some && !every; }}
                onChange={(event) => onSelect({ all: false, except: new Set(), keys: event.currentTarget.checked ? new Map(found.lines.map((line) => [key(line), line])) : new Map() })} />
            </th>}
            {columns.map((column) => (
              <th key={column.label} class={column.class} scope="col" aria-sort={column.key === sort ? direction[sort] ?? 'descending' : undefined}>
                {column.key ? <button type="button" class={`sort ${column.key === sort ? 'on' : ''}`} onClick={() => onSort(column.key!)}>{column.label}<Icon name="arrow_sort_16_regular" /></button> : column.label}
              </th>
            ))}
            <th class="c-more" scope="col"><span class="hidden">Manage</span></th>
          </tr>
        </thead>
        <tbody>
          {found.lines.map((line, i) => (
            <Row key={line.uid} line={line} me={me} on={isOn(line)} scope={found.scope} onToggle={(on, range) => toggle(i, on, range)} onManage={() => onManage(line)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps { line: Line; me: Me; on: boolean; scope: string; onToggle: (on: boolean, range: boolean) => void; onManage: () => void }

const shownTags = 4;

function Row({ line, me, on, scope, onToggle, onManage }: RowProps) {
  const tags = line.tags ?? [];
  const tactics = line.categories ?? [];
  const onRow = (event: MouseEvent) => { if (!(event.target as Element).closest('a, button, input, label')) onManage(); };
  return (
    <tr class={`${on ? 'selected' : ''} ${line.state === 'Resolved' || line.state === 'Redirected' ? 'over' : ''}`} onClick={onRow}>
      {me.rights.edit && <td class="c-check">
        <input type="checkbox" checked={on} aria-label={`Select ${visible(line.title)}`} onClick={(event) => onToggle(event.currentTarget.checked, event.shiftKey)} />
      </td>}
      <td class="c-severity"><SeverityMark of={line.severity} /></td>
      <td class="c-title">
        <a class="title" href={incidentPath(me.cluster, line)}><Text>{line.title}</Text></a>
        <div class="sub">
          <span class="mono">{scope ? '' : `${line.namespace}/`}{line.name}</span>
          {line.held && <span class="flag warning" title={visible(line.held)}><Icon name="warning_16_filled" />New alerts held</span>}
          {line.following && <span class="flag" title={visible(line.following)}><Icon name="arrow_sync_16_regular" />Alerts following</span>}
          {tags.slice(0, shownTags).map((tag) => <Tag key={tag} name={tag} />)}
          {tags.length > shownTags && <span class="quiet" title={tags.slice(shownTags).map(visible).join(', ')}>+{tags.length - shownTags}</span>}
        </div>
      </td>
      <td class="c-state"><StateMark of={line.state} /></td>
      <td class="c-assignee"><Person name={line.assignee} me={me.user} /></td>
      <td class="c-alerts"><AlertBar active={line.active} total={line.total} /></td>
      <td class="c-tactics">{tactics.length > 0 && <span class="tactics" title={tactics.map(visible).join(' → ')}>
        <Text>{tactics[0]}</Text>{tactics.length > 1 && <span class="quiet"> +{tactics.length - 1}</span>}
      </span>}</td>
      <td class="c-activity"><Time at={line.lastActivity} /></td>
      <td class="c-age"><Time at={line.created} /></td>
      <td class="c-more"><Button kind="subtle" icon="edit_16_regular" aria-label={`Manage ${visible(line.title)}`} onClick={onManage} /></td>
    </tr>
  );
}

/** AlertBar shows how many of the alerts are not resolved. */
export function AlertBar({ active, total }: { active: number; total: number }) {
  return (
    <span class="alerts" title={`${count(active)} of ${count(total)} alerts are active`}>
      <span class="numbers"><b>{count(active)}</b><span class="quiet"> / {count(total)}</span></span>
      <svg class="meter" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="rest" width="100" height="4" /><rect class="part" width={total ? (100 * active) / total : 0} height="4" /></svg>
    </span>
  );
}
