import { useEffect, useRef, useState } from 'preact/hooks';
import { Failure, get, onNews, post } from './api';
import { atOnce } from './atonce';
import { Combobox } from './combobox';
import { Conflicts } from './conflicts';
import { Dialog } from './dialog';
import { catchUp, draftOf, drop, editOf, keep, kept, type Draft, type FieldName } from './draft';
import { classified, visible, word } from './format';
import { Foresight, usePreview } from './foresight';
import { fill, say, sentence } from './messages';
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
  if (problem) return <Dialog kind="pane" title={say.manage.title} onClose={onClose}><Banner kind="danger" icon="error_circle_16_filled"><Text>{problem.message}</Text></Banner></Dialog>;
  if (!incident) return <Dialog kind="pane" title={say.manage.title} subtitle={<Text>{of.title}</Text>} onClose={onClose}><Skeleton lines={9} /></Dialog>;
  if (!rights.edit || incident.state === 'Redirected') return <ReadOnly incident={incident} me={me} onClose={onClose} />;
  return <Form me={me} first={incident} path={path} onClose={onClose} focus={focus} canComment={rights.comment} />;
}

function ReadOnly({ incident, me, onClose }: { incident: Incident; me: Me; onClose: () => void }) {
  const { header, decided } = incident;
  return (
    <Dialog kind="pane" title={say.manage.look} subtitle={<Text>{incident.title}</Text>} onClose={onClose}>
      <Banner kind="info" icon="info_16_regular">{incident.state === 'Redirected'
        ? fill(say.manage.merged, { incident: <b>{header.redirectedTo}</b> })
        : fill(say.manage.mayNot, { namespace: <b>{incident.namespace}</b>, role: <code>incident-operator-responder</code> })}</Banner>
      <dl class="facts">
        <dt>{say.field.severity}</dt><dd><SeverityMark of={header.severity} /></dd>
        <dt>{say.field.state}</dt><dd><StateMark of={incident.state} /></dd>
        <dt>{say.field.owner}</dt><dd><Person name={header.assignee} me={me.user} /></dd>
        <dt>{say.field.classification}</dt><dd>{classified(decided.classification)}</dd>
        <dt>{say.field.tags}</dt><dd class="tags">{(decided.tags ?? []).map((tag) => <Tag key={tag} name={tag} />)}{!decided.tags?.length && <span class="quiet">{say.manage.noTag}</span>}</dd>
        {decided.note && <><dt>{say.field.note}</dt><dd class="prose"><Text>{decided.note}</Text></dd></>}
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
  const close = () => { if (!dirty || confirm(say.manage.ask)) leave(); };
  const errorOf = (path: string) => problem?.fields?.find((one) => one.field.startsWith(path))?.message;
  const save = async () => {
    setSaving(true);
    setProblem(undefined);
    try {
      let line: Ended | undefined;
      if (edit) line = await atOnce(named, edit);
      if (line?.conflicts) return setConflicts(line.conflicts);
      if (line?.problem) return setProblem(line.problem);
      if (draft.comment.trim()) await post('/api/comments', { incident: named, text: draft.comment.trim() });
      if (edit) changed(sentence(say.manage.saved, { title: visible(incident.title) }), named); else toast(say.manage.commented);
      leave();
    } catch (error) {
      setProblem(error instanceof Failure ? error.problem : { kind: 'away', message: String(error) });
    } finally {
      setSaving(false);
    }
  };
  const highest = incident.header.computedSeverity ?? incident.header.severity;
  const addTag = (name: string) => { set({ tags: [...draft.tags, name] }); setTag(''); };
  return (
    <Dialog
      kind="pane" title={say.manage.title} focus={focus} subtitle={<><Text>{incident.title}</Text><span class="mono"> {first.namespace}/{first.name}</span></>} onClose={close}
      footer={<>
        <Foresight preview={preview} idle={dirty} />
        <div class="buttons"><Button kind="primary" disabled={!dirty || saving || conflicts.length > 0} onClick={() => void save()}>{saving ? say.saving : say.manage.save}</Button><Button onClick={close}>{say.cancel}</Button></div>
      </>}
    >
      {problem && <Banner kind="danger" icon="error_circle_16_filled"><Text>{problem.message}</Text></Banner>}
      <Conflicts all={conflicts} onDecide={decide} />
      <Field label={say.field.name} id="m-name" error={errorOf('spec.name')} hint={fill(draft.name.trim() ? say.manage.comesBack : say.manage.automatic, { name: <b><Text>{incident.automatic || first.name}</Text></b> })}>
        <input id="m-name" class="input" value={draft.name} maxLength={limits.name} placeholder={visible(incident.automatic || first.name)} aria-describedby="m-name-hint" onInput={(event) => set({ name: event.currentTarget.value })} />
      </Field>
      <div class="pair">
        <Field label={say.field.severity} id="m-severity">
          <select id="m-severity" class="input" value={draft.severity} onChange={(event) => set({ severity: event.currentTarget.value })}>
            <option value="">{highest ? sentence(say.manage.highestNow, { severity: highest }) : say.highest}</option>
            {severities.map((one) => <option key={one} value={one}>{one}</option>)}
          </select>
        </Field>
        <Field label={say.field.classification} id="m-class">
          <select id="m-class" class="input" value={draft.classification} onChange={(event) => set({ classification: event.currentTarget.value })}>
            <option value="NotSet">{word('NotSet')}</option>
            {Object.entries(determinations).map(([verdict, all]) => (
              <optgroup key={verdict} label={word(verdict)}>
                <option value={verdict}>{word(verdict)}</option>
                {all.map((one) => <option key={one} value={`${verdict}/${one}`}>{classified(`${verdict}/${one}`)}</option>)}
              </optgroup>
            ))}
          </select>
        </Field>
      </div>
      <Field label={say.field.tags} id="m-tags" error={errorOf('spec.tags')}>
        <Combobox
          id="m-tags" kind="tag" namespace={first.namespace} text={tag} onText={setTag} onChoose={addTag} creates without={draft.tags} placeholder={draft.tags.length ? say.manage.addTag : say.manage.addFirstTag}
          onBackspace={() => set({ tags: draft.tags.slice(0, -1) })}
          before={draft.tags.map((one) => <Tag key={one} name={one} onRemove={() => set({ tags: draft.tags.filter((other) => other !== one) })} />)}
        />
      </Field>
      <Field label={say.field.assignee} id="m-assignee" error={errorOf('spec.assignee')} hint={draft.assignee !== me.user && <button type="button" class="link" onClick={() => set({ assignee: me.user })}>{say.assignToMe}</button>}>
        <div class="with-clear">
          <Combobox id="m-assignee" kind="assignee" namespace={first.namespace} text={draft.assignee} onText={(assignee) => set({ assignee })} onChoose={(assignee) => set({ assignee })} placeholder={say.manage.nobody} />
          {draft.assignee && <Button kind="subtle" icon="dismiss_16_regular" aria-label={say.unassign} onClick={() => set({ assignee: '' })} />}
        </div>
      </Field>
      <fieldset class="field">
        <legend>{say.field.state}</legend>
        <div class="segments">
          {(['Active', 'InProgress', 'Resolved'] as const).map((state) => (
            <label key={state} class={draft.state === state ? 'on' : ''}><input type="radio" name="m-state" checked={draft.state === state} onChange={() => set({ state })} /><StateMark of={state} /></label>
          ))}
        </div>
      </fieldset>
      {draft.state === 'Resolved' && <Field label={say.field.note} id="m-note" hint={say.manage.noteHint} error={errorOf('spec.resolution.note')}>
        <textarea id="m-note" class="input" rows={3} maxLength={limits.note} value={draft.note} onInput={(event) => set({ note: event.currentTarget.value })} />
      </Field>}
      {canComment && <Field label={say.field.comment} id="m-comment">
        <textarea id="m-comment" class="input" rows={3} maxLength={30000} placeholder={say.manage.commentHint} value={draft.comment} onInput={(event) => set({ comment: event.currentTarget.value })} />
      </Field>}
    </Dialog>
  );
}
