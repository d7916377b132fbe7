import { useRef } from 'preact/hooks';
import { useAtOnce, type Shown } from './atonce';
import { columns, useColumns } from './columns';
import { visible } from './format';
import { say, sentence } from './messages';
import { incidentPath } from './route';
import type { Line, Me, Queue } from './types';
import { Button, Icon, SeverityMark, Tag, Text } from './ui';

/** Selected is what is chosen: single lines by their keys, or all that match but for some. */
export interface Selected { all: boolean; keys: Map<string, Line>; except: Set<string> }

interface Props {
  found: Queue; me: Me; sort: string; selected: Selected; onSelect: (change: (now: Selected) => Selected) => void; onManage: (line: Line) => void; onSort: (key: string) => void;
}

const direction: Record<string, 'ascending' | 'descending'> = { title: 'ascending', assignee: 'ascending' };

export function Rows({ found, me, sort, selected, onSelect, onManage, onSort }: Props) {
  const last = useRef<string | undefined>(undefined); // Of one page: a range does not reach into another.
  const [shown] = useColumns();
  const now = useAtOnce();
  const key = (line: Line) => `${line.namespace}/${line.name}`;
  const isOn = (line: Line) => (selected.all ? !selected.except.has(key(line)) : selected.keys.has(key(line)));
  const toggle = (i: number, on: boolean, range: boolean) => {
    const from = range ? found.lines.findIndex((line) => key(line) === last.current) : -1;
    const lines = from >= 0 ? found.lines.slice(Math.min(i, from), Math.max(i, from) + 1) : [found.lines[i]!];
    last.current = key(found.lines[i]!);
    onSelect((now) => changed(now, lines, on));
  };
  const changed = (now: Selected, lines: Line[], on: boolean): Selected => {
    const next: Selected = { all: now.all, keys: new Map(now.keys), except: new Set(now.except) };
    for (const line of lines) {
      if (now.all) { if (on) next.except.delete(key(line)); else next.except.add(key(line)); }
      else if (on) next.keys.set(key(line), line); else next.keys.delete(key(line));
    }
    return next;
  };
  const every = found.lines.every(isOn);
  const some = found.lines.some(isOn);
  return (
    <div class="card table-card">
      <table class="grid">
        <caption class="hidden">{sentence(say.rows.caption, { sort })}</caption>
        <thead>
          <tr>
            {me.rights.edit && <th class="c-check" scope="col">
              <input type="checkbox" aria-label={say.rows.selectPage} checked={every} ref={(box) => { if (box) box.indeterminate = some && !every; }}
                onChange={(event) => { const on = event.currentTarget.checked; onSelect((now) => changed(now, found.lines, on)); }} />
            </th>}
            <Head of="severity" label={say.field.severity} by="severity" sort={sort} onSort={onSort} />
            <Head of="title" label={say.rows.incident} by="title" sort={sort} onSort={onSort} />
            {shown.map((key) => <Head key={key} of={key} label={columns[key]!.label} by={columns[key]!.sort} sort={sort} onSort={onSort} />)}
            <th class="c-more" scope="col"><span class="hidden">{say.rows.manage}</span></th>
          </tr>
        </thead>
        <tbody>
          {found.lines.map((line, i) => (
            <Row key={line.uid} line={now(line)} me={me} on={isOn(line)} scope={found.scope} columns={shown} onToggle={(on, range) => toggle(i, on, range)} onManage={() => onManage(line)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head({ of, label, by, sort, onSort }: { of: string; label: string; by?: string; sort: string; onSort: (key: string) => void }) {
  return (
    <th class={`c-${of}`} scope="col" aria-sort={by && by === sort ? direction[sort] ?? 'descending' : undefined}>
      {by ? <button type="button" class={`sort ${by === sort ? 'on' : ''}`} onClick={() => onSort(by)}>{label}<Icon name="arrow_sort_16_regular" /></button> : label}
    </th>
  );
}

interface RowProps { columns: string[]; line: Shown<Line>; me: Me; on: boolean; scope: string; onToggle: (on: boolean, range: boolean) => void; onManage: () => void }

const shownTags = 4;

function Row({ line, me, on, scope, columns: shown, onToggle, onManage }: RowProps) {
  const tags = line.tags ?? [];
  const onRow = (event: MouseEvent) => { if (!(event.target as Element).closest('a, button, input, label')) onManage(); };
  return (
    <tr aria-busy={line.saving} class={`${on ? 'selected' : ''} ${line.state === 'Resolved' || line.state === 'Redirected' ? 'over' : ''}`} onClick={onRow}>
      {me.rights.edit && <td class="c-check">
        <input type="checkbox" checked={on} aria-label={sentence(say.rows.select, { title: visible(line.title) })} onClick={(event) => onToggle(event.currentTarget.checked, event.shiftKey)} />
      </td>}
      <td class="c-severity"><SeverityMark of={line.severity} /></td>
      <td class="c-title">
        <a class="title" href={incidentPath(me.cluster, line)}><Text>{line.title}</Text></a>
        <div class="sub">
          <span class="mono">{scope ? '' : `${line.namespace}/`}{line.name}</span>
          {line.saving && <span class="flag"><Icon name="arrow_sync_16_regular" />{say.saving}</span>}
          {line.held && <span class="flag warning" title={visible(line.held)}><Icon name="warning_16_filled" />{say.rows.held}</span>}
          {line.following && <span class="flag" title={visible(line.following)}><Icon name="arrow_sync_16_regular" />{say.rows.following}</span>}
          {tags.slice(0, shownTags).map((tag) => <Tag key={tag} name={tag} />)}
          {tags.length > shownTags && <span class="quiet" title={tags.slice(shownTags).map(visible).join(', ')}>+{tags.length - shownTags}</span>}
        </div>
      </td>
      {shown.map((key) => <td key={key} class={`c-${key}`}>{columns[key]!.cell(line, me)}</td>)}
      <td class="c-more"><Button kind="subtle" icon="edit_16_regular" aria-label={sentence(say.rows.manageOne, { title: visible(line.title) })} onClick={onManage} /></td>
    </tr>
  );
}
