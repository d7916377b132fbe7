import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Opened } from './alert';
import { count, plural, visible, word } from './format';
import { say, sentence } from './messages';
import { useRead } from './read';
import type { AlertPage, AlertRow, Incident, Me } from './types';
import { Icon, Person, SeverityMark, Skeleton, Text, Time } from './ui';

/** Chosen are the names of the alerts that are to be moved, on whichever page they are. */
export interface Chosen { names: Set<string>; toggle: (names: string[], on: boolean) => void; onDrag: (name?: string) => void }

const heads: [string, string, string?][] = [
  ['c-severity', say.alertRows.severity, 'severity'], ['c-title', say.alertRows.alert, 'title'], ['c-state', say.alertRows.state], ['c-assignee', say.alertRows.assignee, 'assignee'],
  ['c-tactics', say.alertRows.tactic], ['c-source', say.alertRows.source], ['c-activity', say.alertRows.activity, 'time'],
];
const ascending = ['title', 'assignee'];

/** AlertHead names the columns. Those that one may sort by are buttons. */
export function AlertHead({ rows, sort, may, chosen, onSort }: { rows: AlertRow[]; sort: string; may: boolean; chosen: Chosen; onSort: (key: string) => void }) {
  const names = rows.map((row) => row.name);
  const on = names.filter((name) => chosen.names.has(name)).length;
  return (
    <thead><tr>
      {may && <th class="c-check" scope="col"><input type="checkbox" aria-label={say.alertRows.selectPage} checked={on > 0 && on === names.length} ref={(box) => { if (box) box.indeterminate = on > 0 && on < names.length; }} onChange={(event) => chosen.toggle(names, event.currentTarget.checked)} /></th>}
      {heads.map(([of, label, key]) => (
        <th key={of} class={of} scope="col" aria-sort={key && key === sort ? (ascending.includes(key) ? 'ascending' : 'descending') : undefined}>
          {key ? <button type="button" class={`sort ${key === sort ? 'on' : ''}`} onClick={() => onSort(key)}>{label}<Icon name="arrow_sort_16_regular" /></button> : label}
        </th>
      ))}
    </tr></thead>
  );
}

interface RowsProps { rows: AlertRow[]; me: Me; incident: Incident; may: boolean; chosen: Chosen }

export function AlertRows(props: RowsProps) {
  const [open, setOpen] = useState<string>();
  return <>{props.rows.map((row) => <Line key={row.name} {...props} row={row} open={open === row.name} onOpen={() => setOpen(open === row.name ? undefined : row.name)} />)}</>;
}

/** Line is a row of the table: few elements, for there are many of them. */
function Line({ row, me, incident, may, chosen, open, onOpen }: RowsProps & { row: AlertRow; open: boolean; onOpen: () => void }) {
  const on = chosen.names.has(row.name);
  return (
    <>
      <tr draggable={may} onDragStart={() => chosen.onDrag(row.name)} onDragEnd={() => chosen.onDrag()} class={`${on ? 'selected' : ''} ${row.state === 'Resolved' ? 'over' : ''}`}>
        {may && <td class="c-check"><input type="checkbox" aria-label={sentence(say.alertRows.select, { title: visible(row.title) })} checked={on} onChange={(event) => chosen.toggle([row.name], event.currentTarget.checked)} /></td>}
        <td class="c-severity"><SeverityMark of={row.severity} /></td>
        <td class="c-title">
          <button type="button" class="title as-link" aria-expanded={open} onClick={onOpen}><Text>{row.title}</Text></button>
          <div class="sub"><Text class="mono">{row.name}</Text>{row.occurrences > 1 && <span class="quiet">{sentence(say.alertRows.seen, { number: count(row.occurrences) })}</span>}{row.held && <span class="flag warning"><Icon name="warning_16_filled" />{say.alertRows.held}</span>}</div>
        </td>
        <td class="c-state">{word(row.state)}</td>
        <td class="c-assignee">{row.assignee ? <Person name={row.assignee} me={me.user} /> : <span class="quiet">{say.unassigned}</span>}</td>
        <td class="c-tactics" dir="auto">{visible(word(row.category))}</td>
        <td class="c-source" dir="auto">{visible(row.service)}</td>
        <td class="c-activity"><Time at={row.last} /></td>
      </tr>
      {open && <tr class="opened"><td colSpan={may ? 8 : 7}><Opened namespace={incident.namespace} name={row.name} /></td></tr>}
    </>
  );
}

interface GroupProps { label: string; number: number; path: string; children: (rows: AlertRow[]) => ComponentChildren; incident: Incident; columns: number; onAll: () => void }

/** Group is closed at first: that an alert belongs to many makes no page long. What is in it is read when it opens. */
export function Group(props: GroupProps) {
  const [open, setOpen] = useState(false);
  return (
    <tbody>
      <tr class="group"><th scope="rowgroup" colSpan={props.columns}>
        <button type="button" class="as-link" aria-expanded={open} onClick={() => setOpen(!open)}><Icon name={open ? 'chevron_down_16_regular' : 'chevron_right_16_regular'} /><Text>{props.label}</Text><span class="badge">{count(props.number)}</span></button>
      </th></tr>
      {open && <Inside {...props} />}
    </tbody>
  );
}

function Inside({ path, incident, columns, children, onAll }: GroupProps) {
  const read = useRead<AlertPage>(path, incident.namespace, incident.name, 'alerts');
  if (!read.found) return <tr><td colSpan={columns}>{read.problem ? <Text>{read.problem.message}</Text> : <Skeleton lines={3} />}</td></tr>;
  const left = read.found.matched - read.found.rows.length;
  return <>{children(read.found.rows)}{left > 0 && <tr><td colSpan={columns}><button type="button" class="link" onClick={onAll}>{plural(left, say.moreAlert)}</button></td></tr>}</>;
}
