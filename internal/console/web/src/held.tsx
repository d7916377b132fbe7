import { useState } from 'preact/hooks';
import { Failure, postLines } from './api';
import { Dialog } from './dialog';
import { count, plural } from './format';
import { fill, say, sentence } from './messages';
import type { Read } from './read';
import { go, incidentPath } from './route';
import { toast } from './toast';
import type { Alerts, Ended, Incident, Me, Row } from './types';
import { Banner, Button, Field, SeverityMark, Text, Time } from './ui';

/** How many alerts a notice and a dialog list; more are counted. */
const noticed = 5;
const listed = 100;

interface Props { me: Me; incident: Incident; read: Read<Alerts>; may: boolean }

/** HeldAlerts tells which alerts came after the resolution and so stay active, and resolves them. */
export function HeldAlerts({ me, incident, read, may }: Props) {
  const [asked, setAsked] = useState<Row[]>();
  const { rows, total } = read.found?.held ?? { rows: [], total: 0 };
  return (
    <>
      <Banner kind="warning" icon="warning_16_filled" action={<div class="buttons">
        {may && rows.length > 0 && <Button icon="checkmark_circle_16_filled" onClick={() => setAsked(rows)}>{say.held.resolveThese}</Button>}
        <Button onClick={() => go(incidentPath(me.cluster, incident, 'alerts', 'state=Open'))}>{say.held.look}</Button>
      </div>}>
        {rows.length === 0 ? fill(say.held.some, { why: <Text>{incident.held}</Text> }) : <>
          {plural(total, say.held.came)}
          <HeldList rows={rows} most={noticed} more={total - rows.length} />
        </>}
      </Banner>
      {asked && <ResolveHeld incident={incident} rows={asked} onClose={(done) => { setAsked(undefined); if (done) read.retry(); }} />}
    </>
  );
}

function HeldList({ rows, most, more }: { rows: Row[]; most: number; more: number }) {
  const left = more + Math.max(0, rows.length - most);
  return (
    <ul class="held">
      {rows.slice(0, most).map((row) => (
        <li key={row.name}><SeverityMark of={row.severity} /><b><Text>{row.title}</Text></b><span class="mono quiet"><Text>{row.name}</Text></span><Time at={row.last} /></li>
      ))}
      {left > 0 && <li class="quiet">{sentence(say.held.more, { number: count(left) })}</li>}
    </ul>
  );
}

/** ResolveHeld resolves exactly the alerts that it shows: what comes while one decides stays active. */
function ResolveHeld({ incident, rows, onClose }: { incident: Incident; rows: Row[]; onClose: (done: boolean) => void }) {
  const [note, setNote] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const resolve = async () => {
    setBusy(true);
    const lines: Ended[] = [];
    const body = { incident: { namespace: incident.namespace, name: incident.name, uid: incident.uid }, alerts: rows.map((row) => row.name), note: note.trim() };
    try {
      await postLines('/api/held', body, (line) => lines.push(line));
      const failed = lines.find((line) => line.problem);
      if (failed) return setProblem(`${failed.object}: ${failed.problem!.message}`);
      const done = lines.filter((line) => line.ending === 'changed').length;
      const resolved = { alerts: plural(done, say.alert) };
      toast(done < lines.length ? sentence(say.held.someDone, { ...resolved, number: count(lines.length - done) }) : sentence(say.held.done, resolved));
      onClose(true);
    } catch (error) {
      setProblem(error instanceof Failure ? error.problem.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={sentence(say.held.title, { alerts: plural(rows.length, say.alert) })} subtitle={<Text>{incident.title}</Text>} onClose={() => onClose(false)}
      footer={<div class="buttons"><Button kind="primary" disabled={busy} onClick={() => void resolve()}>{say.held.resolve}</Button><Button onClick={() => onClose(false)}>{say.cancel}</Button></div>}
    >
      {problem && <Banner kind="danger" icon="error_circle_16_filled"><Text>{problem}</Text></Banner>}
      <Field label={say.field.note} id="h-note" hint={say.held.noteHint}>
        <textarea id="h-note" class="input" rows={3} maxLength={4096} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
      </Field>
      <HeldList rows={rows} most={listed} more={0} />
    </Dialog>
  );
}
