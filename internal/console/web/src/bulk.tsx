import { useState } from 'preact/hooks';
import { Failure, postLines } from './api';
import { Combobox } from './combobox';
import { Dialog } from './dialog';
import { classified, count, plural, visible, word } from './format';
import { OutcomeList, usePreview } from './foresight';
import type { Selected } from './rows';
import { toast } from './toast';
import { determinations, severities, type Chosen, type Edit, type Ended, type Foreseen, type Me } from './types';
import { Banner, Button, Field, Icon, Skeleton, Tag, Text } from './ui';

interface BarProps { me: Me; selected: Selected; chosen: number; total: number; query: string; onDone: () => void; onAll: () => void }

/** chosenOf is what the server is told of a selection. */
const chosenOf = (selected: Selected, query: string): Chosen => (selected.all
  ? { query, except: [...selected.except] }
  : { incidents: [...selected.keys.values()].map(({ namespace, name, uid }) => ({ namespace, name, uid })) });

const kinds = { assign: 'Assign', state: 'State', severity: 'Severity', classify: 'Classify', tag: 'Tags' };
type Kind = keyof typeof kinds;

/** BulkBar stays in view while something is selected. */
export function BulkBar({ me, selected, chosen, total, query, onDone, onAll }: BarProps) {
  const [kind, setKind] = useState<Kind>();
  return (
    <div class="bulk" role="region" aria-label="Selected incidents">
      <span role="status"><b>{count(chosen)}</b> selected</span>
      {!selected.all && chosen < total && <Button kind="subtle" onClick={onAll}>Select all {count(total)} that match</Button>}
      <Button kind="subtle" onClick={onDone}>Clear</Button>
      <span class="grow" />
      {(Object.keys(kinds) as Kind[]).map((one) => <Button key={one} onClick={() => setKind(one)}>{kinds[one]}</Button>)}
      {kind && <BulkDialog me={me} kind={kind} chosen={chosenOf(selected, query)} number={chosen} onClose={(done) => { setKind(undefined); if (done) onDone(); }} />}
    </div>
  );
}

interface DialogProps { me: Me; kind: Kind; chosen: Chosen; number: number; onClose: (done: boolean) => void }

/** BulkDialog makes one change of many incidents, and shows before what it does to each and to their alerts. */
function BulkDialog({ me, kind, chosen, number, onClose }: DialogProps) {
  const [edit, setEdit] = useState<Edit>();
  const [run, setRun] = useState<{ lines: Ended[]; over: boolean; stop: AbortController; failure?: string }>();
  const preview = usePreview(edit && !run ? { ...chosen, edit } : undefined);
  const ready = edit && preview.found && !preview.busy && preview.found.changed > 0;
  const start = async () => {
    const stop = new AbortController();
    const lines: Ended[] = [];
    setRun({ lines, over: false, stop });
    let failure: string | undefined;
    try {
      await postLines('/api/changes', { ...chosen, edit }, (line) => { lines.push(line); setRun({ lines: [...lines], over: false, stop }); }, stop.signal);
    } catch (error) {
      if (!stop.signal.aborted) failure = error instanceof Failure ? error.problem.message : String(error);
    }
    setRun({ lines, over: true, stop, failure });
    if (!failure && !stop.signal.aborted && lines.every((line) => !line.problem)) { toast(`${plural(lines.filter((line) => line.ending === 'changed').length, 'incident')} changed`); onClose(true); }
  };
  const footer = run
    ? run.over ? <div class="buttons"><Button kind="primary" onClick={() => onClose(true)}>Close</Button></div> : <div class="buttons"><Button onClick={() => run.stop.abort()}>Stop: begin no more</Button></div>
    : <div class="buttons"><Button kind="primary" disabled={!ready} onClick={() => void start()}>{preview.found ? `Change ${plural(preview.found.changed, 'incident')}` : 'Change'}</Button><Button onClick={() => onClose(false)}>Cancel</Button></div>;
  return (
    <Dialog title={`${kinds[kind]}: ${plural(number, 'incident')}`} onClose={() => { run?.stop.abort(); onClose(Boolean(run)); }} footer={footer}>
      {run ? <Progress run={run} number={number} /> : <>
        <Change me={me} kind={kind} onEdit={setEdit} />
        {edit && <Foreknown preview={preview} />}
      </>}
    </Dialog>
  );
}

function Change({ me, kind, onEdit }: { me: Me; kind: Kind; onEdit: (edit?: Edit) => void }) {
  const [text, setText] = useState('');
  const [add, setAdd] = useState<string[]>([]);
  const [remove, setRemove] = useState<string[]>([]);
  const tags = (added: string[], removed: string[]) => { setAdd(added); setRemove(removed); setText(''); onEdit(added.length + removed.length ? { addTags: added, removeTags: removed } : undefined); };
  switch (kind) {
    case 'assign':
      return <Field label="Assign to" id="b-assignee" hint={<><button type="button" class="link" onClick={() => { setText(me.user); onEdit({ assignee: { to: me.user } }); }}>Assign to me</button> <button type="button" class="link" onClick={() => { setText(''); onEdit({ assignee: { to: '' } }); }}>Unassign</button></>}>
        <Combobox id="b-assignee" kind="assignee" namespace="" text={text} onText={(to) => { setText(to); onEdit(to.trim() ? { assignee: { to: to.trim() } } : undefined); }} onChoose={(to) => { setText(to); onEdit({ assignee: { to } }); }} />
      </Field>;
    case 'state':
      return <Select label="State" options={['Active', 'InProgress', 'Resolved'].map((one) => [one, word(one)])} onChange={(to) => onEdit(to ? { state: { to } } : undefined)} />;
    case 'severity':
      return <Select label="Severity" options={[['computed', 'Highest of its alerts'], ...severities.map((one): [string, string] => [one, one])]} onChange={(to) => onEdit(to ? { severity: { to: to === 'computed' ? '' : to } } : undefined)} />;
    case 'classify':
      return <Select label="Classification" onChange={(to) => onEdit(to ? { classification: { to } } : undefined)}
        options={[['NotSet', 'Not set'], ...Object.entries(determinations).flatMap(([verdict, all]) => [verdict, ...all.map((one) => `${verdict}/${one}`)].map((one): [string, string] => [one, classified(one)]))]} />;
    default:
      return <>
        <Field label="Add tags" id="b-add"><Combobox id="b-add" kind="tag" namespace="" text={text} onText={setText} creates without={add} onChoose={(tag) => tags([...add, tag], remove)} before={add.map((tag) => <Tag key={tag} name={tag} onRemove={() => tags(add.filter((one) => one !== tag), remove)} />)} /></Field>
        <TagRemoval all={remove} onChange={(removed) => tags(add, removed)} />
      </>;
  }
}

function TagRemoval({ all, onChange }: { all: string[]; onChange: (all: string[]) => void }) {
  const [text, setText] = useState('');
  return <Field label="Take tags away" id="b-remove"><Combobox id="b-remove" kind="tag" namespace="" text={text} onText={setText} without={all} onChoose={(tag) => { setText(''); onChange([...all, tag]); }} before={all.map((tag) => <Tag key={tag} name={tag} onRemove={() => onChange(all.filter((one) => one !== tag))} />)} /></Field>;
}

function Select({ label, options, onChange }: { label: string; options: [string, string][]; onChange: (to: string) => void }) {
  return <Field label={label} id="b-select"><select id="b-select" class="input" onChange={(event) => onChange(event.currentTarget.value)}><option value="">Choose</option>{options.map(([value, text]) => <option key={value} value={value}>{text}</option>)}</select></Field>;
}

function Foreknown({ preview }: { preview: ReturnType<typeof usePreview> }) {
  if (preview.problem) return <Banner kind="danger" icon="error_circle_16_filled"><Text>{preview.problem}</Text></Banner>;
  if (!preview.found) return <Skeleton lines={4} />;
  const { changed, unchanged, refused, alerts, staying, incidents } = preview.found;
  return (
    <section class="foreknown" aria-label="Preview" aria-live="polite">
      <div class="tiles">
        <div class="tile"><b>{count(changed)}</b><span>incidents change</span></div>
        <div class="tile"><b>{count(alerts)}</b><span>alerts change</span></div>
        <div class="tile"><b>{count(unchanged)}</b><span>incidents are so already</span></div>
        <div class="tile"><b>{count(staying)}</b><span>alerts stay as they are</span></div>
        {refused > 0 && <div class="tile bad"><b>{count(refused)}</b><span>refused</span></div>}
      </div>
      <ul class="incidents">{incidents.map((one) => <One key={`${one.namespace}/${one.name}`} of={one} />)}</ul>
    </section>
  );
}

function One({ of }: { of: Foreseen }) {
  const fields = of.fields ?? [];
  return (
    <li>
      <details>
        <summary>
          <span class="grow"><Text>{of.title}</Text> <span class="mono">{of.namespace}/{of.name}</span></span>
          <span class={of.refusal ? 'bad' : 'quiet'}>{of.refusal ? 'refused' : fields.length === 0 ? 'is so already' : plural(of.changes, 'alert')}</span>
        </summary>
        {of.refusal && <p class="bad"><Text>{of.refusal}</Text></p>}
        {fields.map((field) => <p key={field.Field} class="turn"><span class="quiet">{field.Field}</span> <Text>{field.From || 'none'}</Text> → <b><Text>{field.To || 'none'}</Text></b></p>)}
        <OutcomeList all={of.alerts} />
      </details>
    </li>
  );
}

function Progress({ run, number }: { run: { lines: Ended[]; over: boolean; failure?: string }; number: number }) {
  const failed = run.lines.filter((line) => line.problem);
  return (
    <div class="progress">
      <p role="status">{count(run.lines.length)} of {count(Math.max(number, run.lines.length))} done{run.over && run.lines.length < number ? '; the others were not begun' : ''}.</p>
      <progress max={Math.max(number, run.lines.length)} value={run.lines.length} aria-label="Done" />
      {run.failure && <Banner kind="danger" icon="error_circle_16_filled"><Text>{run.failure}</Text></Banner>}
      {failed.length > 0 && <>
        <h3>{plural(failed.length, 'failure')}</h3>
        <ul class="failures">{failed.map((line) => <li key={line.object}><Icon name="error_circle_16_filled" /><span><span class="mono">{visible(line.object)}</span> <Text>{line.problem!.message}</Text></span></li>)}</ul>
      </>}
    </div>
  );
}
