// What the server sends: see internal/console and internal/decide/view.

export type Severity = '' | 'Informational' | 'Low' | 'Medium' | 'High' | 'Critical';
export type State = 'Active' | 'InProgress' | 'Resolved' | 'Redirected';

export interface Classification { verdict?: string; determination?: string }

export interface Line {
  namespace: string; name: string; uid: string; title: string; state: State; severity?: Severity; assignee?: string;
  classification: Classification; tags?: string[]; sources?: string[]; categories?: string[];
  active: number; total: number; lastActivity: string; created: string; following?: string; held?: string;
}

export interface Count { value: string; count: number }

export interface Facets {
  states: Count[]; severities: Count[]; assignees: Count[]; tags: Count[]; sources: Count[]; categories: Count[]; verdicts: Count[];
}

/** Trend is how much came and went on each day, and how old what is open is: counts by the bounds, in seconds. */
export interface Trend {
  days: { date: string; opened: number; resolved: number }[]; bounds: number[]; ages: { severity: Severity; counts: number[]; oldest: string }[];
}

export interface Queue {
  lines: Line[]; total: number; there: number; page: number; pages: number; facets: Facets; trend: Trend;
  problems: { parameter: string; value: string; message: string }[]; version: number; ready: boolean; now: string; scope: string;
}

/** Reach is where the person may list incidents: everywhere, else in some namespaces. Those were found if listed, else named. */
export interface Reach { everywhere: boolean; namespaces: string[]; listed: boolean; more?: number }

export interface Me {
  user: string; cluster: string; namespace: string; reach: Reach; rights: { edit: boolean; move: boolean; comment: boolean };
}

export interface Decided {
  name: string; description: string; tags: string[]; assignee: string; severity: Severity; state: State; note: string;
  classification: string; editors: Record<string, string>;
}

export interface Standing { type: string; status: string; message?: string; stale?: boolean }

export interface Header {
  title: string; automaticTitle?: string; severity?: Severity; computedSeverity?: Severity; state: State; redirectedTo?: string;
  assignee?: string; classification: Classification; note?: string; description?: string; tags?: string[];
  firstActivity?: string; lastActivity?: string; created?: string; resolved?: string; standings?: Standing[];
}

export interface Incident extends Line {
  header: Header; decided: Decided; nameSource: string; automatic: string; entries: number; now: string; merging: string;
  progress?: { pending: number; linked: number };
}

export interface Thing { name: string; namespace?: string; alerts: number; roles?: { role: string; alerts: number }[]; first?: string; last?: string }
export interface Group { kind: string; things: Thing[] }
export interface Counted { text: string; alerts: number }

/** Row is an alert in a list. */
export interface Row {
  name: string; title: string; severity?: Severity; state: State; assignee?: string; incident?: string; service?: string; category?: string; first?: string; last?: string;
}

/** Cut is why not all alerts are kept. Those that are stay as they were then, until it is tried again. */
export interface Cut { why: string; at: string; again: string }

/** Held are alerts that came after the resolution of their incident. */
export interface Held { rows: Row[]; total: number }

/** AlertRow is an alert in the list of an incident. */
export interface AlertRow extends Row { occurrences: number; held?: boolean }

/** AlertPage is a page of the alerts that an address asks for, among those that are read: all, if whole. */
export interface AlertPage {
  rows: AlertRow[]; page: number; pages: number; matched: number; read: number; whole: boolean; cut?: Cut; sort: string;
  groups?: { groups: { value: string; alerts: number }[]; more: number };
  choices: { assignees: string[]; sources: string[]; categories: string[]; unassigned: boolean };
  problems: { parameter: string; value: string; message: string }[];
}

export interface Alert extends Row {
  detector?: string; techniques?: string[]; description?: string; url?: string; occurrences: number;
  evidence?: Group[];
  linkedBy?: string; linkedFor?: string;
  inherited?: { from?: string; assignee?: string; state?: string; overAssignee?: string; overState?: string; held?: boolean };
}

export interface Stage { category: string; cells: { count: number; severity: Severity }[]; count: number; titles: string[] }

/** Graph joins titles of alerts with the things that at least two alerts have; edges name places in both. */
export interface Graph {
  titles: { title: string; alerts: number; severity: Severity; first: string }[]; things: { kind: string; name: string; namespace?: string; alerts: number }[];
  edges: { title: number; thing: number; alerts: number }[]; moreTitles?: number; moreThings?: number; alone?: number;
}

export interface Similar { incident?: string; alerts: number; evidence?: Group[]; line?: Line }
/** Elsewhere is an entity with the other open incidents that have it; more is how many are not named. */
export interface Elsewhere { kind: string; name: string; namespace?: string; incidents: { name: string; title: string }[]; more?: number }
export interface Related { related: Similar[]; more: number; elsewhere: Elsewhere[] }

/** Alerts is what the alerts of an incident are about, as far as they are read: all, if whole. */
export interface Alerts {
  whole: boolean; cut?: Cut; worst?: Row[];
  scope: { alerts: number; active: number; endpoints: number; users: number; sources?: Counted[] };
  evidence: (Group & { more?: number })[]; tactics?: { category: string; alerts: number; first?: string; techniques?: Counted[] }[];
  story: { from: string; to: string; stages: Stage[] }; graph: Graph; held: Held;
}

export interface Unlinked { alerts: Row[]; more: number }

export interface Told {
  sequence: number; time?: string; actor: string; actorKind: string; type: string; text: string;
  changes?: { field: string; from?: string; to?: string }[]; alerts?: { count?: number; kept?: number; names?: string[] };
  otherIncident?: string; reason?: string;
}

export interface Timeline {
  entries: Told[]; more: number; fault: string; waiting: { name: string; author: string; text: string; time: string }[];
}

export interface Difference { Field: string; From: string; To: string }
export interface Triage { Incident: string; Assignee: string; State: State }
export interface Outcome { Alert: string; Before: Triage; After: Triage }
export interface Outcomes { alerts: Outcome[]; changes: number; stays: number; kept: Outcome[] }
export interface Conflict { field: string; seen: string; mine: string; theirs: string; by: string }

export interface Foreseen extends Outcomes {
  namespace: string; name: string; title: string; fields: Difference[] | null; refusal?: string; conflicts?: Conflict[]; tags?: string[];
}

export interface Preview { incidents: Foreseen[]; changed: number; unchanged: number; refused: number; alerts: number; staying: number }

export interface Problem { kind: string; message: string; fields?: { field: string; message: string }[] }

export interface Ended { object: string; uid?: string; ending: string; done?: string; problem?: Problem; conflicts?: Conflict[] }

export interface Value { seen?: string; to: string }

export interface Edit {
  name?: Value; description?: Value; assignee?: Value; severity?: Value; state?: Value; note?: Value; classification?: Value;
  addTags?: string[]; removeTags?: string[];
}

export interface Named { namespace: string; name: string; uid: string }
export interface Chosen { incidents?: Named[]; query?: string; except?: string[] }

export const severities: Severity[] = ['Critical', 'High', 'Medium', 'Low', 'Informational'];

/** determinations are those that fit a verdict; a Go test holds them together with the API. */
export const determinations: Record<string, string[]> = {
  TruePositive: ['MultiStagedAttack', 'MaliciousUserActivity', 'CompromisedAccount', 'Malware', 'Phishing', 'UnwantedSoftware', 'Other'],
  InformationalExpectedActivity: ['SecurityTesting', 'LineOfBusinessApplication', 'ConfirmedActivity', 'Other'],
  FalsePositive: ['NotMalicious', 'NotEnoughDataToValidate', 'Other'],
};
