import { useEffect, useRef, useState } from 'preact/hooks';
import { Failure, get, onNews, post, postLines } from './api';
import { Combobox } from './combobox';
import { Conflicts } from './conflicts';
import { Dialog } from './dialog';
import { catchUp, draftOf, drop, editOf, keep, kept, type Draft, type FieldName } from './draft';
import { classified, visible, word } from './format';
import { Foresight, usePreview } from './foresight';
import { toast } from './toast';
import { changed } from './undo';
import { determinations, severities, type Conflict, type Ended, type Incident, type Line, type Me, type Problem } from './types';
import { Banner, Button, Field, Person, SeverityMark, Skeleton, StateMark, Tag, Text } from './ui';

/** Focus is the field that the person came for. */
export type Focus = 'm-assignee' | 'm-tags' | 'm-comment' | 'm-note';

interface Props { me: Me; of: Line; onClose: () => void; focus?: Focus }

/** Manage is the pane in which a person decides about an incident. */
export function Manage({ me, of, onClose, focus }: Props) {
  const [incident, setIncident] = useState<Incident>();
  const [rights, setRights] = useState(me.rights);
  const [problem, setProblem] = useState<Problem>();
  const path = `/api/incidents/${of.namespace}/${of.name}`;
  useEffect(() => {
    get<Incident>(path).then(setIncident, (error) => error instanceof Failure && setProblem(error.problem));
    get<Me>(`/api/me?namespace=${of.namespace}`).then((found) => setRights(found.rights), () => undefined);
  }, [path]);
  if (problem) return <Dialog kind="pane" title="Manage incident" onClose={onClose}><Banner kind="danger" icon="error_circle_16_filled"><Text>{problem.message}</Text></Banner></Dialog>;
  if (!incident) return <Dialog kind="pane" title="Manage incident" subtitle={<Text>{of.title}</Text>} onClose={onClose}><Skeleton lines={9} /></Dialog>;
  if (!rights.edit || incident.state === 'Redirected') return <ReadOnly incident={incident} me={me} onClose={onClose} />;
  return <Form me={me} first={incident} path={path} onClose={onClose} focus={focus} canComment={rights.comment} />;
}

function ReadOnly({ incident, me, onClose }: { incident: Incident; me: Me; onClose: () => void }) {
  const { header, decided } = incident;
  return (
    <Dialog kind="pane" title="Incident" subtitle={<Text>{incident.title}</Text>} onClose={onClose}>
      <Banner kind="info" icon="info_16_regular">{incident.state === 'Redirected'
        ? <>It was merged into <b>{header.redirectedTo}</b>: work on that one.</>
        : <>You may look at incidents in <b>{incident.namespace}</b>, and not change them. The role <code>incident-operator-responder</code> lets you.</>}</Banner>
      <dl class="facts">
        <dt>Severity</dt><dd><SeverityMark of={header.severity} /></dd>
        <dt>State</dt><dd><StateMark of={incident.state} /></dd>
        <dt>Assignee</dt><dd><Person name={header.assignee} me={me.user} /></dd>
        <dt>Classification</dt><dd>{classified(decided.classification)}</dd>
        <dt>Tags</dt><dd class="tags">{(decided.tags ?? []).map((tag) => <Tag key={tag} name={tag} />)}{!decided.tags?.length && <span class="quiet">None</span>}</dd>
        {decided.note && <><dt>Note</dt><dd class="prose"><Text>{decided.note}</Text></dd></>}
      </dl>
    </Dialog>
  );
}

const limits: Partial<Record<FieldName, number>> = { name: 256, note: 4096 };

function useDraft(first: Incident, path: string, resolve?: boolean) {
  const [begun] = useState(() => {
    const old = kept(first.uid);
    const fresh = draftOf(first.decided);
    return old ? catchUp(old.draft, old.seen, first.decided) : { draft: { ...fresh, ...(resolve ? { state: 'Resolved' } : {}) }, seen: fresh, conflicts: [] };
  });
  const [seen, setSeen] = useState(begun.seen);
  const [draft, setDraft] = useState<Draft>(begun.draft);
  const [incident, setIncident] = useState(first);
  const [conflicts, setConflicts] = useState<Conflict[]>(begun.conflicts);
  useEffect(() => { if (editOf(draft, seen) || draft.comment) keep(first.uid, { draft, seen }); else drop(first.uid); }, [draft, seen]);
  const now = useRef({ draft, seen });
  now.current = { draft, seen };
  const reload = async () => {
    const fresh = await get<Incident>(path);
    const next = catchUp(now.current.draft, now.current.seen, fresh.decided);
    setIncident(fresh); setDraft(next.draft); setSeen(next.seen); setConflicts(next.conflicts);
  };
  useEffect(() => onNews((news) => {
    if (news.lines.some((line) => line.uid === first.uid)) void reload().catch(() => undefined);
  }), [first.uid]);
  const decide = (conflict: Conflict, keep: 'mine' | 'theirs') => {
    setSeen({ ...now.current.seen, [conflict.field]: conflict.theirs });
    if (keep === 'theirs') setDraft({ ...now.current.draft, [conflict.field]: conflict.theirs });
    setConflicts((all) => all.filter((one) => one.field !== conflict.field));
  };
  return { incident, draft, seen, conflicts, setConflicts, set: (part: Partial<Draft>) => setDraft({ ...now.current.draft, ...part }), decide, reload };
}

interface FormProps { me: Me; first: Incident; path: string; onClose: () => void; focus?: Focus; canComment: boolean }

function Form({ me, first, path, onClose, focus, canComment }: FormProps) {
  const { incident, draft, seen, conflicts, setConflicts, set, decide } = useDraft(first, path, focus === 'm-note');
  const [tag, setTag] = useState('');
  const [saving, setSaving] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const named = { namespace: first.namespace, name: first.name, uid: first.uid };
  const edit = editOf(draft, seen);
  const preview = usePreview(edit && conflicts.length === 0 ? { incidents: [named], edit } : undefined);
  const dirty = Boolean(edit || draft.comment.trim());
  const leave = () => { drop(first.uid); onClose(); };
  const close = () => { if (!dirty || confirm('Close without saving? What you changed here is lost.')) leave(); };
  const errorOf = (path: string) => problem?.fields?.find((one) => one.field.startsWith(path))?.message;
  const save = async () => {
    setSaving(true);
    setProblem(undefined);
    try {
      let line: Ended | undefined;
      if (edit) await postLines('/api/changes', { incidents: [named], edit }, (one) => { line = one; });
      if (line?.conflicts) return setConflicts(line.conflicts);
      if (line?.problem) return setProblem(line.problem);
      if (draft.comment.trim()) await post('/api/comments', { incident: named, text: draft.comment.trim() });
      if (edit) changed(`Saved: ${visible(incident.title)}`, named); else toast('Comment sent');
      leave();
    } catch (error) {
      setProblem(error instanceof Failure ? error.problem : { kind: 'away', message: String(error) });
    } finally {
      setSaving(false);
    }
  };
  const addTag = (name: string) => { set({ tags: [...draft.tags, name] }); setTag(''); };
  return (
    <Dialog
      kind="pane" title="Manage incident" focus={focus} subtitle={<><Text>{incident.title}</Text><span class="mono"> {first.namespace}/{first.name}</span></>} onClose={close}
      footer={<>
        <Foresight preview={preview} idle={dirty} />
        <div class="buttons"><Button kind="primary" disabled={!dirty || saving || conflicts.length > 0} onClick={() => void save()}>{saving ? 'Saving…' : 'Save'}</Button><Button onClick={close}>Cancel</Button></div>
      </>}
    >
      {problem && <Banner kind="danger" icon="error_circle_16_filled"><Text>{problem.message}</Text></Banner>}
      <Conflicts all={conflicts} onDecide={decide} />
      <Field label="Incident name" id="m-name" error={errorOf('spec.name')} hint={draft.name.trim() ? <>Cleared, it becomes <b><Text>{incident.automatic || first.name}</Text></b> again.</> : 'The automatic name is shown. It follows the alerts.'}>
        <input id="m-name" class="input" value={draft.name} maxLength={limits.name} placeholder={visible(incident.automatic || first.name)} aria-describedby="m-name-hint" onInput={(event) => set({ name: event.currentTarget.value })} />
      </Field>
      <div class="pair">
        <Field label="Severity" id="m-severity">
          <select id="m-severity" class="input" value={draft.severity} onChange={(event) => set({ severity: event.currentTarget.value })}>
            <option value="">Highest of its alerts{incident.header.computedSeverity || incident.header.severity ? ` (${incident.header.computedSeverity ?? incident.header.severity})` : ''}</option>
            {severities.map((one) => <option key={one} value={one}>{one}</option>)}
          </select>
        </Field>
        <Field label="Classification" id="m-class">
          <select id="m-class" class="input" value={draft.classification} onChange={(event) => set({ classification: event.currentTarget.value })}>
            <option value="NotSet">Not set</option>
            {Object.entries(determinations).map(([verdict, all]) => (
              <optgroup key={verdict} label={word(verdict)}>
                <option value={verdict}>{word(verdict)}</option>
                {all.map((one) => <option key={one} value={`${verdict}/${one}`}>{classified(`${verdict}/${one}`)}</option>)}
              </optgroup>
            ))}
          </select>
        </Field>
      </div>
      <Field label="Tags" id="m-tags" error={errorOf('spec.tags')}>
        <Combobox
          id="m-tags" kind="tag" namespace={first.namespace} text={tag} onText={setTag} onChoose={addTag} creates without={draft.tags} placeholder={draft.tags.length ? 'Add a tag' : 'Add a tag: used ones are suggested'}
          onBackspace={() => set({ tags: draft.tags.slice(0, -1) })}
          before={draft.tags.map((one) => <Tag key={one} name={one} onRemove={() => set({ tags: draft.tags.filter((other) => other !== one) })} />)}
        />
      </Field>
      <Field label="Assign to" id="m-assignee" error={errorOf('spec.assignee')} hint={draft.assignee !== me.user && <button type="button" class="link" onClick={() => set({ assignee: me.user })}>Assign to me</button>}>
        <div class="with-clear">
          <Combobox id="m-assignee" kind="assignee" namespace={first.namespace} text={draft.assignee} onText={(assignee) => set({ assignee })} onChoose={(assignee) => set({ assignee })} placeholder="Nobody" />
          {draft.assignee && <Button kind="subtle" icon="dismiss_16_regular" aria-label="Unassign" onClick={() => set({ assignee: '' })} />}
        </div>
      </Field>
      <fieldset class="field">
        <legend>State</legend>
        <div class="segments">
          {(['Active', 'InProgress', 'Resolved'] as const).map((state) => (
            <label key={state} class={draft.state === state ? 'on' : ''}><input type="radio" name="m-state" checked={draft.state === state} onChange={() => set({ state })} /><StateMark of={state} /></label>
          ))}
        </div>
      </fieldset>
      {draft.state === 'Resolved' && <Field label="Note" id="m-note" hint="Why it is resolved. It is in the log, and stays with the incident." error={errorOf('spec.resolution.note')}>
        <textarea id="m-note" class="input" rows={3} maxLength={limits.note} value={draft.note} onInput={(event) => set({ note: event.currentTarget.value })} />
      </Field>}
      {canComment && <Field label="Comment" id="m-comment">
        <textarea id="m-comment" class="input" rows={3} maxLength={30000} placeholder="Optional. It cannot be changed later." value={draft.comment} onInput={(event) => set({ comment: event.currentTarget.value })} />
      </Field>}
    </Dialog>
  );
}
