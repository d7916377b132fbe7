/*
Copyright The Incident Operator Authors.

Licensed under the Apache License, Version 2.0 (the "License");
you may not use this file except in compliance with the License.
You may obtain a copy of the License at

    http://www.apache.org/licenses/LICENSE-2.0

Unless required by applicable law or agreed to in writing, software
distributed under the License is distributed on an "AS IS" BASIS,
WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
See the License for the specific language governing permissions and
limitations under the License.
*/

package v1alpha1

// The standard conditions, by the conventions of kstatus. Tools read them without knowing the kinds.
const (
	// ConditionReady is True when nothing is left to do for the operator. An object that never has anything to say, such
	// as an Alert that is well, has none of the conditions, which the conventions take for ready too.
	ConditionReady = "Ready"
	// ReasonUpToDate is the reason of Ready=True. Ready=False has the reason of the condition that it sums up.
	ReasonUpToDate = "UpToDate"
	// ConditionReconciling is only ever True, and absent otherwise: the operator is at work.
	ConditionReconciling = "Reconciling"
	// ConditionStalled is only ever True, and absent otherwise: it cannot go on before somebody does something.
	ConditionStalled = "Stalled"
)

// Condition types and reasons of an Incident.
const (
	// ConditionPropagated is True when every linked alert carries what its incident gives it, and False while alerts
	// are still to be changed. Normal polarity: True is good.
	ConditionPropagated = "Propagated"
	// ReasonPropagated is the reason of Propagated=True.
	ReasonPropagated = "AlertsUpToDate"
	// ReasonPropagating is the reason of Propagated=False: the number in the message goes down as alerts are changed.
	ReasonPropagating = "AlertsPending"

	// ConditionResolutionHeld is present while an incident is resolved: True when the resolution covers every linked
	// alert, False when alerts arrived after it, which stay active until a person looks at them. Normal polarity.
	ConditionResolutionHeld = "ResolutionHeld"
	// ReasonNoNewAlerts is the reason of ResolutionHeld=True.
	ReasonNoNewAlerts = "NoNewAlerts"
	// ReasonNewAlerts is the reason of ResolutionHeld=False.
	ReasonNewAlerts = "NewAlerts"

	// ConditionLogged is only ever False, and absent otherwise: the activity log of the incident cannot be written. The
	// message says why.
	ConditionLogged = "Logged"
	// ReasonLogNotWritten is the reason of Logged=False.
	ReasonLogNotWritten = "LogNotWritten"

	// ConditionMerged is present while spec.mergeInto is set: True when every alert moved to the other incident, False
	// while they move and where the merge is refused. Normal polarity.
	ConditionMerged = "Merged"
	// ReasonMerged is the reason of Merged=True.
	ReasonMerged = "Merged"
	// ReasonAlertsPutBack is the other reason of Merged=True: alerts were linked to the incident again after they had
	// left, and stay.
	ReasonAlertsPutBack = "AlertsPutBack"
	// ReasonAlertsMoving is a reason of Merged=False: the number in the message goes down as alerts move.
	ReasonAlertsMoving = "AlertsMoving"
	// ReasonMergeUndecided is a reason of Ready=False: there is no Merged yet.
	ReasonMergeUndecided = "MergeUndecided"
	// ReasonTargetGone is a reason of Merged=False: the other incident was deleted after the merge was accepted.
	ReasonTargetGone = "TargetGone"
	// The reasons of Merged=False for a merge that is refused. It is decided again whenever one of the two changes.
	ReasonTargetNotFound           = "TargetNotFound"
	ReasonTargetMerged             = "TargetMerged"
	ReasonTargetMerging            = "TargetMerging"
	ReasonTargetResolved           = "TargetResolved"
	ReasonMutualMerge              = "MutualMerge"
	ReasonChainTooLong             = "ChainTooLong"
	ReasonDifferentAssignees       = "DifferentAssignees"
	ReasonDifferentClassifications = "DifferentClassifications"
)

// Condition types and reasons of an Alert.
const (
	// ConditionLinked is only ever False, and absent otherwise: the incident that the alert names does not exist.
	ConditionLinked = "Linked"
	// ReasonIncidentNotFound is the reason of Linked=False.
	ReasonIncidentNotFound = "IncidentNotFound"
)

// Condition types and reasons of a Comment.
const (
	// ConditionRecorded is True once the comment stands in the activity log of its incident, and False where it never
	// will. Normal polarity.
	ConditionRecorded = "Recorded"
	// ReasonRecorded is the reason of Recorded=True.
	ReasonRecorded = "Recorded"
	// ReasonIncidentYounger is a reason of Recorded=False: the comment was there before the incident of that name, so
	// it was about another one. Recorded=False also has ReasonIncidentNotFound.
	ReasonIncidentYounger = "IncidentYounger"
)

// Condition types and reasons of an AlertSource. Of both, True is good.
const (
	// ConditionAccepted is True if the spec can be followed.
	ConditionAccepted = "Accepted"
	// ReasonAccepted is the reason of Accepted=True.
	ReasonAccepted = "Accepted"
	// ReasonInvalidSpec is the reason of Accepted=False and Ready=False: the message names the field that cannot be
	// followed, such as a spec.drop that does not compile or costs too much.
	ReasonInvalidSpec = "InvalidSpec"

	// ReasonReceiving is the reason of Ready=True: what is posted is taken.
	ReasonReceiving = "Receiving"
	// ReasonSuspended is a reason of Ready=False: spec.suspend is set.
	ReasonSuspended = "Suspended"
)

// Reasons of Ready of a CorrelationPolicy and of a SuppressionRule, beside InvalidSpec and Suspended.
const (
	// ReasonInForce is the reason of Ready=True.
	ReasonInForce = "InForce"
	// ReasonExpired is the reason of Ready=False of a rule whose time has come.
	ReasonExpired = "Expired"
)
