import { useState } from 'preact/hooks';
import { count, plural, visible, word } from './format';
import { Move } from './move';
import { ProblemPage } from './states';
import type { Read } from './summary';
import type { Alert, Alerts, Incident, Me } from './types';
import { Banner, Button, Empty, Icon, Person, Prose, SeverityMark, Skeleton, StateMark, Text, Time } from './ui';

/** AlertsTab lists the alerts of an incident, and moves them. */
export function AlertsTab({ me, incident, read, may }: { me: Me; incident: Incident; read: Read<Alerts>; may: boolean }) {
  const [text, setText] = useState('');
  const [state, setState] = useState('');
  const [severity, setSeverity] = useState('');
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const [open, setOpen] = useState<string>();
  const [moving, setMoving] = useState(false);
  if (!read.found) return read.problem ? <ProblemPage problem={read.problem} onRetry={read.retry} /> : <div class="card"><Skeleton lines={9} /></div>;
  const all = read.found.alerts;
  if (all.length === 0) return <div class="card"><Empty icon="alert_16_regular" title="No alert is linked">An alert comes here when somebody, or a rule, links it.</Empty></div>;
  const typed = text.toLowerCase();
  const shown = all.filter((alert) => (!state || (state === 'Open' ? alert.state !== 'Resolved' : alert.state === 'Resolved')) && (!severity || alert.severity === severity)
    && (!typed || [alert.title, alert.name, alert.service, alert.category, alert.assignee].some((one) => one?.toLowerCase().includes(typed))));
  const visibleChosen = all.filter((alert) => chosen.has(alert.name)).map((alert) => alert.name);
  const toggle = (name: string, on: boolean) => setChosen((now) => { const next = new Set(now); if (on) next.add(name); else next.delete(name); return next; });
  return (
    <div class="alerts-tab">
      <div class="toolbar">
        <label class="search input-like"><Icon name="search_16_regular" /><span class="hidden">Find an alert</span><input type="search" placeholder="Find an alert" value={text} onInput={(event) => setText(event.currentTarget.value)} /></label>
        <label class="select-like"><span class="hidden">State</span><select value={state} onChange={(event) => setState(event.currentTarget.value)}><option value="">Any state</option><option value="Open">Not resolved</option><option value="Resolved">Resolved</option></select></label>
        <label class="select-like"><span class="hidden">Severity</span><select value={severity} onChange={(event) => setSeverity(event.currentTarget.value)}><option value="">Any severity</option>{['Critical', 'High', 'Medium', 'Low', 'Informational'].map((one) => <option key={one}>{one}</option>)}</select></label>
        <span class="quiet" role="status">{plural(shown.length, 'alert')}{shown.length < all.length ? ` of ${count(all.length)}` : ''}</span>
        <span class="grow" />
        {may && <Button icon="open_16_regular" disabled={visibleChosen.length === 0} onClick={() => setMoving(true)}>Move {visibleChosen.length > 0 ? count(visibleChosen.length) : ''}</Button>}
      </div>
      {read.found.more > 0 && <Banner kind="info" icon="info_16_regular">The latest {count(all.length)} alerts are listed. {count(read.found.more)} more are counted, and listed by <code>kubectl incident alerts</code>.</Banner>}
      <div class="card table-card">
        <table class="grid">
          <thead><tr>
            {may && <th class="c-check" scope="col"><input type="checkbox" aria-label="Select all alerts that are listed" checked={shown.length > 0 && shown.every((alert) => chosen.has(alert.name))} onChange={(event) => setChosen(event.currentTarget.checked ? new Set(shown.map((alert) => alert.name)) : new Set())} /></th>}
            <th class="c-severity" scope="col">Severity</th><th class="c-title" scope="col">Alert</th><th class="c-state" scope="col">State</th><th class="c-assignee" scope="col">Assignee</th><th class="c-tactics" scope="col">Tactic</th><th class="c-source" scope="col">Source</th><th class="c-activity" scope="col">Last activity</th>
          </tr></thead>
          <tbody>{shown.map((alert) => <Row key={alert.name} alert={alert} me={me} may={may} on={chosen.has(alert.name)} open={open === alert.name} onToggle={(on) => toggle(alert.name, on)} onOpen={() => setOpen(open === alert.name ? undefined : alert.name)} />)}</tbody>
        </table>
        {shown.length === 0 && <Empty icon="search_20_regular" title="No alert matches">Take a filter away to see more.</Empty>}
      </div>
      {moving && <Move me={me} incident={incident} alerts={visibleChosen} onClose={(done) => { setMoving(false); if (done) { setChosen(new Set()); read.retry(); } }} />}
    </div>
  );
}

interface RowProps { alert: Alert; me: Me; may: boolean; on: boolean; open: boolean; onToggle: (on: boolean) => void; onOpen: () => void }

function Row({ alert, me, may, on, open, onToggle, onOpen }: RowProps) {
  return (
    <>
      <tr class={`${on ? 'selected' : ''} ${alert.state === 'Resolved' ? 'over' : ''}`}>
        {may && <td class="c-check"><input type="checkbox" aria-label={`Select ${visible(alert.title)}`} checked={on} onChange={(event) => onToggle(event.currentTarget.checked)} /></td>}
        <td class="c-severity"><SeverityMark of={alert.severity} /></td>
        <td class="c-title">
          <button type="button" class="title as-link" aria-expanded={open} onClick={onOpen}><Text>{alert.title}</Text></button>
          <div class="sub"><span class="mono"><Text>{alert.name}</Text></span>{alert.occurrences > 1 && <span class="quiet">seen {count(alert.occurrences)} times</span>}{alert.inherited?.held && <span class="flag warning"><Icon name="warning_16_filled" />Held</span>}</div>
        </td>
        <td class="c-state"><StateMark of={alert.state} /></td>
        <td class="c-assignee"><Person name={alert.assignee} me={me.user} /></td>
        <td class="c-tactics"><Text>{word(alert.category)}</Text></td>
        <td class="c-source"><Text>{alert.service}</Text></td>
        <td class="c-activity"><Time at={alert.last} /></td>
      </tr>
      {open && <tr class="opened"><td colSpan={8}><Detail alert={alert} /></td></tr>}
    </>
  );
}

/** hostOf is where an address leads; empty for anything but http and https, which is then no link. */
function hostOf(url?: string): string {
  try {
    const parsed = new URL(url ?? '');
    return (parsed.protocol === 'https:' || parsed.protocol === 'http:') && !parsed.username ? parsed.host : '';
  } catch {
    return '';
  }
}

function Detail({ alert }: { alert: Alert }) {
  const host = hostOf(alert.url);
  const given = alert.inherited;
  return (
    <div class="alert-detail">
      {alert.description && <Prose>{alert.description}</Prose>}
      <dl class="facts">
        {alert.detector && <><dt>Detector</dt><dd><Text>{alert.detector}</Text></dd></>}
        {(alert.techniques ?? []).length > 0 && <><dt>Techniques</dt><dd>{alert.techniques!.map((one) => <span key={one} class="technique mono"><Text>{one}</Text></span>)}</dd></>}
        <dt>First activity</dt><dd><Time at={alert.first} /></dd>
        {given?.assignee && <><dt>Assignee</dt><dd>given by the incident; before: <Text>{given.overAssignee || 'nobody'}</Text></dd></>}
        {given?.state && <><dt>Resolution</dt><dd>{given.held ? 'held: it came after the resolution' : <>given by the incident; before: {word(given.overState)}</>}</dd></>}
        {(alert.evidence ?? []).map((group) => <Fragmented key={group.kind} kind={group.kind} names={group.things.map((thing) => thing.name)} />)}
        {alert.url && <><dt>Source</dt><dd>{host ? <a href={alert.url} target="_blank" rel="noopener noreferrer">Open at <Text>{host}</Text></a> : <><Text>{alert.url}</Text> <span class="quiet">(not a link: it is no http address)</span></>}</dd></>}
      </dl>
    </div>
  );
}

const Fragmented = ({ kind, names }: { kind: string; names: string[] }) => (
  <><dt>{kind === kind.toUpperCase() ? kind : word(kind)}</dt><dd>{names.slice(0, 12).map((name) => <span key={name} class="technique mono"><Text>{name}</Text></span>)}{names.length > 12 && <span class="quiet">+{names.length - 12}</span>}</dd></>
);
