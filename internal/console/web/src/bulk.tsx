import { useState } from 'preact/hooks';
import { Combobox } from './combobox';
import { Dialog } from './dialog';
import { classified, count, plural, word } from './format';
import { OutcomeList, usePreview } from './foresight';
import { fill, say, sentence } from './messages';
import { Progress, useRun, wentWell } from './progress';
import type { Selected } from './rows';
import { toast } from './toast';
import { determinations, severities, type Chosen, type Edit, type Foreseen, type Me, type Preview } from './types';
import { Banner, Button, Field, Skeleton, Tag, Text } from './ui';

interface BarProps { me: Me; selected: Selected; chosen: number; total: number; query: string; onDone: () => void; onAll: () => void }

/** chosenOf is what the server is told of a selection. */
const chosenOf = (selected: Selected, query: string): Chosen => (selected.all
  ? { query, except: [...selected.except] }
  : { incidents: [...selected.keys.values()].map(({ namespace, name, uid }) => ({ namespace, name, uid })) });

type Kind = keyof typeof say.bulk.kinds;

/** BulkBar stays in view while something is selected. */
export function BulkBar({ me, selected, chosen, total, query, onDone, onAll }: BarProps) {
  // What is chosen does not change while a dialog is open, though fewer may match by and by.
  const [open, setOpen] = useState<{ kind: Kind; chosen: Chosen; number: number }>();
  return (
    <div class="bulk" role="region" aria-label={say.bulk.region}>
      <span role="status">{fill(say.bulk.selected, { number: <b>{count(chosen)}</b> })}</span>
      {!selected.all && chosen < total && <Button kind="subtle" onClick={onAll}>{sentence(say.bulk.all, { number: count(total) })}</Button>}
      <Button kind="subtle" onClick={onDone}>{say.clear}</Button>
      <span class="grow" />
      {(Object.keys(say.bulk.kinds) as Kind[]).map((one) => <Button key={one} onClick={() => setOpen({ kind: one, chosen: chosenOf(selected, query), number: chosen })}>{say.bulk.kinds[one]}</Button>)}
      {open && <BulkDialog me={me} {...open} onClose={(done) => { setOpen(undefined); if (done) onDone(); }} />}
    </div>
  );
}

interface DialogProps { me: Me; kind: Kind; chosen: Chosen; number: number; onClose: (done: boolean) => void }

/** askAbove is how many objects are changed without a question, as in the plugin. */
const askAbove = 10;

/** BulkDialog makes one change of many incidents, and shows before what it does to each and to their alerts. */
function BulkDialog({ me, kind, chosen, number, onClose }: DialogProps) {
  const [edit, setEdit] = useState<Edit>();
  const [asking, setAsking] = useState(false);
  const { run, start, stop, retry } = useRun(chosen);
  const preview = usePreview(edit && !run ? { ...chosen, edit } : undefined);
  const found = preview.busy ? undefined : preview.found;
  const ready = Boolean(edit && found && found.changed > 0);
  // Alerts that follow count as well, unless the person chose the incidents one by one.
  const objects = (found?.changed ?? 0) + (chosen.query === undefined ? 0 : found?.alerts ?? 0);
  const begin = async () => {
    const lines = await start(edit!);
    if (!lines || !wentWell(lines)) return;
    toast(plural(lines.filter((line) => line.ending === 'changed').length, say.bulk.incidentsChanged));
    onClose(true);
  };
  const change = found ? sentence(say.bulk.change, { incidents: plural(found.changed, say.incident) }) : say.bulk.changeNothing;
  const footer = run
    ? run.over ? <div key="close" class="buttons" ref={focusFirst}><Button kind="primary" onClick={() => onClose(true)}>{say.close}</Button></div>
      : <div key="stop" class="buttons" ref={focusFirst}><Button aria-disabled={run.stopping} onClick={() => { if (!run.stopping) void stop(); }}>{run.stopping ? say.bulk.stopping : say.bulk.stop}</Button></div>
    : asking && found ? <Question of={found} onYes={() => void begin()} onNo={() => setAsking(false)} />
      : <div class="buttons"><Button kind="primary" disabled={!ready} onClick={() => { if (objects > askAbove) setAsking(true); else void begin(); }}>{change}</Button><Button onClick={() => onClose(false)}>{say.cancel}</Button></div>;
  // What is under way is not left unseen: to close it stops it, and shows how it ended.
  const close = () => { if (run && !run.over) { if (!run.stopping) void stop(); } else onClose(Boolean(run)); };
  return (
    <Dialog title={`${say.bulk.kinds[kind]}: ${plural(number, say.incident)}`} onClose={close} footer={footer}>
      {run ? <Progress run={run} number={number} onRetry={retry} /> : <>
        <Change me={me} kind={kind} onEdit={(next) => { setAsking(false); setEdit(next); }} />
        {edit && <Foreknown preview={preview} />}
      </>}
    </Dialog>
  );
}

// Where a button goes that was pressed, the next one takes the focus; at a question the one that changes nothing.
const focusFirst = (row: HTMLElement | null) => row?.querySelector('button')?.focus();
const focusLast = (row: HTMLElement | null) => row?.querySelector<HTMLElement>('button:last-child')?.focus();

/** Question asks before many objects are changed. */
function Question({ of, onYes, onNo }: { of: Preview; onYes: () => void; onNo: () => void }) {
  const extent = of.alerts > 0
    ? sentence(say.bulk.extent, { incidents: plural(of.changed, say.incident), alerts: plural(of.alerts, say.alert) }) : plural(of.changed, say.incident);
  return (
    <div class="question" role="group" aria-labelledby="b-question">
      <p id="b-question">{sentence(say.bulk.question, { extent })}</p>
      <div class="buttons" ref={focusLast}><Button kind="primary" onClick={onYes}>{sentence(say.bulk.yes, { incidents: plural(of.changed, say.incident) })}</Button><Button onClick={onNo}>{say.bulk.back}</Button></div>
    </div>
  );
}

function Change({ me, kind, onEdit }: { me: Me; kind: Kind; onEdit: (edit?: Edit) => void }) {
  const [text, setText] = useState('');
  const [add, setAdd] = useState<string[]>([]);
  const [remove, setRemove] = useState<string[]>([]);
  const tags = (added: string[], removed: string[]) => { setAdd(added); setRemove(removed); setText(''); onEdit(added.length + removed.length ? { addTags: added, removeTags: removed } : undefined); };
  switch (kind) {
    case 'assign':
      return <Field label={say.field.assignee} id="b-assignee" hint={<><button type="button" class="link" onClick={() => { setText(me.user); onEdit({ assignee: { to: me.user } }); }}>{say.assignToMe}</button> <button type="button" class="link" onClick={() => { setText(''); onEdit({ assignee: { to: '' } }); }}>{say.unassign}</button></>}>
        <Combobox id="b-assignee" kind="assignee" namespace="" text={text} onText={(to) => { setText(to); onEdit(to.trim() ? { assignee: { to: to.trim() } } : undefined); }} onChoose={(to) => { setText(to); onEdit({ assignee: { to } }); }} />
      </Field>;
    case 'state':
      return <Select label={say.field.state} options={['Active', 'InProgress', 'Resolved'].map((one) => [one, word(one)])} onChange={(to) => onEdit(to ? { state: { to } } : undefined)} />;
    case 'severity':
      return <Select label={say.field.severity} options={[['computed', say.highest], ...severities.map((one): [string, string] => [one, one])]} onChange={(to) => onEdit(to ? { severity: { to: to === 'computed' ? '' : to } } : undefined)} />;
    case 'classify':
      return <Select label={say.field.classification} onChange={(to) => onEdit(to ? { classification: { to } } : undefined)}
        options={[['NotSet', word('NotSet')], ...Object.entries(determinations).flatMap(([verdict, all]) => [verdict, ...all.map((one) => `${verdict}/${one}`)].map((one): [string, string] => [one, classified(one)]))]} />;
    default:
      return <>
        <Field label={say.bulk.addTags} id="b-add"><Combobox id="b-add" kind="tag" namespace="" text={text} onText={setText} creates without={add} onChoose={(tag) => tags([...add, tag], remove)} before={add.map((tag) => <Tag key={tag} name={tag} onRemove={() => tags(add.filter((one) => one !== tag), remove)} />)} /></Field>
        <TagRemoval all={remove} onChange={(removed) => tags(add, removed)} />
      </>;
  }
}

function TagRemoval({ all, onChange }: { all: string[]; onChange: (all: string[]) => void }) {
  const [text, setText] = useState('');
  return <Field label={say.bulk.removeTags} id="b-remove"><Combobox id="b-remove" kind="tag" namespace="" text={text} onText={setText} without={all} onChoose={(tag) => { setText(''); onChange([...all, tag]); }} before={all.map((tag) => <Tag key={tag} name={tag} onRemove={() => onChange(all.filter((one) => one !== tag))} />)} /></Field>;
}

function Select({ label, options, onChange }: { label: string; options: [string, string][]; onChange: (to: string) => void }) {
  return <Field label={label} id="b-select"><select id="b-select" class="input" onChange={(event) => onChange(event.currentTarget.value)}><option value="">{say.choose}</option>{options.map(([value, text]) => <option key={value} value={value}>{text}</option>)}</select></Field>;
}

function Foreknown({ preview }: { preview: ReturnType<typeof usePreview> }) {
  if (preview.problem) return <Banner kind="danger" icon="error_circle_16_filled"><Text>{preview.problem}</Text></Banner>;
  if (!preview.found) return <Skeleton lines={4} />;
  const { changed, unchanged, refused, alerts, staying, incidents } = preview.found;
  return (
    <section class="foreknown" aria-label={say.bulk.preview} aria-live="polite">
      <div class="tiles">
        <div class="tile"><b>{count(changed)}</b><span>{say.bulk.tiles.changed}</span></div>
        <div class="tile"><b>{count(alerts)}</b><span>{say.bulk.tiles.alerts}</span></div>
        <div class="tile"><b>{count(unchanged)}</b><span>{say.bulk.tiles.unchanged}</span></div>
        <div class="tile"><b>{count(staying)}</b><span>{say.bulk.tiles.staying}</span></div>
        {refused > 0 && <div class="tile bad"><b>{count(refused)}</b><span>{say.bulk.tiles.refused}</span></div>}
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
          <span class={of.refusal ? 'bad' : 'quiet'}>{of.refusal ? say.bulk.refused : fields.length === 0 ? say.bulk.already : plural(of.changes, say.alert)}</span>
        </summary>
        {of.refusal && <p class="bad"><Text>{of.refusal}</Text></p>}
        {fields.map((field) => <p key={field.Field} class="turn"><span class="quiet">{field.Field}</span> <Text>{field.From || say.none}</Text> → <b><Text>{field.To || say.none}</Text></b></p>)}
        <OutcomeList all={of.alerts} />
      </details>
    </li>
  );
}
