import { useState } from 'preact/hooks';
import { Failure, post } from './api';
import { count, plural, visible, visibleLines, word } from './format';
import { fill, say } from './messages';
import { incidentPath } from './route';
import { ProblemPage } from './states';
import { usePrinting } from './print';
import type { Read } from './read';
import { toast } from './toast';
import type { Incident, Me, Problem, Timeline, Told } from './types';
import { Undo } from './undo';
import { Banner, Button, Empty, Icon, Person, Prose, Skeleton, Text, Time } from './ui';

interface Props { me: Me; incident: Incident; read: Read<Timeline>; may: boolean }

const kinds: [string, string, (entry: Told) => boolean][] = [
  ['', say.timeline.all, () => true], ['people', say.timeline.people, (entry) => entry.actorKind === 'User'], ['alerts', say.timeline.alerts, (entry) => /Alert|Propagat|Merg/.test(entry.type)], ['comments', say.timeline.comments, (entry) => entry.type === 'Commented'],
];

/** Activities is the log of the incident, the newest entry first. */
export function Activities({ me, incident, read, may }: Props) {
  const [kind, setKind] = useState('');
  const [undoing, setUndoing] = useState(false);
  if (!read.found) return read.problem ? <ProblemPage problem={read.problem} onRetry={read.retry} /> : <div class="card"><Skeleton lines={9} /></div>;
  const chosen = kinds.find(([key]) => key === kind)!;
  const shown = read.found.entries.filter(chosen[2]);
  return (
    <div class="activities">
      <div class="toolbar">
        <div class="segments small" role="group" aria-label={say.timeline.which}>{kinds.map(([key, label]) => <button key={key} type="button" class={kind === key ? 'on' : ''} aria-pressed={kind === key} onClick={() => setKind(key)}>{label}</button>)}</div>
        {read.found.entries.length > 0 && (read.found.fault
          ? <span class="bad"><Icon name="error_circle_16_filled" /> {fill(say.timeline.broken, { fault: <Text>{read.found.fault}</Text> })}</span>
          : <span class="chained"><Icon name="checkmark_circle_16_filled" /> {say.timeline.intact}</span>)}
        <span class="grow" />
        {may && <Button icon="arrow_undo_16_regular" onClick={() => setUndoing(true)}>{say.undo.title}</Button>}
      </div>
      <div class="card">
        {shown.length === 0 ? <Empty icon="history_16_regular" title={say.timeline.none}>{read.found.entries.length ? say.timeline.noneOfKind : say.timeline.noneWhy}</Empty> : (
          <ol class="timeline">{shown.map((entry) => <Entry key={entry.sequence} entry={entry} me={me} incident={incident} />)}</ol>
        )}
        {read.found.more > 0 && <p class="quiet">{fill(say.timeline.older, { number: count(read.found.more), command: <code>kubectl incident timeline</code> })}</p>}
      </div>
      {undoing && <Undo of={incident} onClose={() => { setUndoing(false); read.retry(); }} />}
    </div>
  );
}

const icons: [RegExp, string][] = [[/Comment/, 'comment_16_regular'], [/Assign/, 'person_16_regular'], [/Resolv/, 'checkmark_circle_16_filled'], [/Reopen/, 'circle_16_regular'], [/Tag/, 'tag_16_regular'], [/Merg/, 'merge_16_regular'], [/Alert|Propag/, 'alert_16_regular'], [/Renam|Describ|Edited/, 'edit_16_regular'], [/Creat/, 'add_16_regular']];

function Entry({ entry, me, incident }: { entry: Told; me: Me; incident: Incident }) {
  const icon = icons.find(([pattern]) => pattern.test(entry.type))?.[1] ?? 'edit_16_regular';
  const names = entry.alerts?.names ?? [];
  const printing = usePrinting();
  return (
    <li class={`entry entry-${entry.type.toLowerCase()}`}>
      <span class="knot"><Icon name={icon} /></span>
      <div class="tale">
        <div class="who">
          {entry.actorKind === 'Operator' ? <span class="operator">{say.timeline.operator}</span> : <Person name={entry.actor} me={me.user} />}
          <span class="kind">{word(entry.type)}</span><Time at={entry.time} /><span class="number quiet">#{entry.sequence}</span>
        </div>
        {entry.type === 'Commented' ? <div class="bubble"><Prose>{entry.text}</Prose></div> : !entry.changes?.length && names.length === 0 && <p><Text>{entry.text}</Text></p>}
        {(entry.changes ?? []).length > 0 && <dl class="changes">{entry.changes!.map((change) => <Change key={change.field} {...change} />)}</dl>}
        {entry.reason && <p class="quiet">{fill(say.timeline.reason, { reason: <Text>{entry.reason}</Text> })}</p>}
        {entry.otherIncident && <p class="quiet">{fill(say.timeline.other, { incident: <a href={incidentPath(me.cluster, { namespace: incident.namespace, name: entry.otherIncident })}>{entry.otherIncident}</a> })}</p>}
        {names.length > 0 && <details open={printing}><summary>{entry.changes?.length ? plural(entry.alerts!.count ?? names.length, say.alert) : <Text>{entry.text}</Text>}</summary><p class="names mono">{names.map(visible).join(', ')}{(entry.alerts!.count ?? 0) > names.length ? ' …' : ''}</p></details>}
      </div>
    </li>
  );
}

/** listed puts a list of texts, as the log records tags, into words. */
function listed(value: string): string {
  try {
    const all: unknown = JSON.parse(value);
    return Array.isArray(all) ? all.join(', ') : value;
  } catch {
    return value;
  }
}

const Change = ({ field, from, to }: { field: string; from?: string; to?: string }) => (
  <><dt>{field.replace(/^spec\./, '')}</dt><dd>{from ? <del>{visibleLines(listed(from))}</del> : <span class="quiet">{say.timeline.notSet}</span>} <span aria-label={say.becomes}>→</span> {to ? <ins>{visibleLines(listed(to))}</ins> : <span class="quiet">{say.timeline.notSet}</span>}</dd></>
);

/** Comments are what people said, the oldest first, with room to say more. */
export function Comments({ me, incident, read, may }: Props) {
  const key = `incident-console-comment-${incident.uid}`;
  const [text, setText] = useState(sessionStorage.getItem(key) ?? '');
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const write = (to: string) => { setText(to); sessionStorage.setItem(key, to); };
  const send = async () => {
    setSending(true);
    setProblem(undefined);
    try {
      await post('/api/comments', { incident: { namespace: incident.namespace, name: incident.name, uid: incident.uid }, text: text.trim() });
      write('');
      toast(say.manage.commented);
      read.retry();
    } catch (error) {
      setProblem(error instanceof Failure ? error.problem : { kind: 'away', message: String(error) });
    } finally {
      setSending(false);
    }
  };
  const comments = (read.found?.entries ?? []).filter((entry) => entry.type === 'Commented').reverse();
  const waiting = read.found?.waiting ?? [];
  return (
    <div class="card comments">
      {!read.found && (read.problem ? <ProblemPage problem={read.problem} onRetry={read.retry} /> : <Skeleton lines={5} />)}
      {read.found && comments.length + waiting.length === 0 && <Empty icon="comment_16_regular" title={say.timeline.noComment}>{say.timeline.noCommentWhy}</Empty>}
      <ol class="said">
        {comments.map((entry) => <li key={entry.sequence}><div class="who"><Person name={entry.actor} me={me.user} /><Time at={entry.time} /><span class="number quiet">#{entry.sequence}</span></div><div class="bubble"><Prose>{entry.text}</Prose></div></li>)}
        {waiting.map((one) => <li key={one.name} class="sending"><div class="who"><Person name={one.author} me={me.user} /><Time at={one.time} /><span class="quiet"><Icon name="clock_16_regular" /> {say.timeline.waiting}</span></div><div class="bubble"><Prose>{one.text}</Prose></div></li>)}
      </ol>
      {may ? <form class="composer" onSubmit={(event) => { event.preventDefault(); void send(); }}>
        {problem && <Banner kind="danger" icon="error_circle_16_filled"><Text>{problem.message}</Text></Banner>}
        <label class="hidden" for="comment">{say.timeline.yours}</label>
        <textarea id="comment" class="input" rows={3} maxLength={30000} value={text} placeholder={say.timeline.placeholder} onInput={(event) => write(event.currentTarget.value)} />
        <div class="buttons"><Button kind="primary" icon="comment_16_regular" type="submit" disabled={!text.trim() || sending}>{sending ? say.timeline.sending : say.timeline.send}</Button></div>
      </form> : <p class="quiet">{say.timeline.mayNot}</p>}
    </div>
  );
}

