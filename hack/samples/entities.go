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

package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// entity is a node of the graph in a Microsoft alert: an object that carries a "$id", or a "$ref" to one.
type entity map[string]any

// text is a property that is a string, else nothing.
func (e entity) text(key string) string {
	s, _ := e[key].(string)
	return s
}

// node is a property that is an object, else nothing.
func (e entity) node(key string) entity {
	m, _ := e[key].(map[string]any)
	return m
}

// microsoftEvidence turns the graph into evidence. A reference may lead to a node that stands inside another, such as
// the image of a process, so all nodes are indexed first.
func microsoftEvidence(graph []entity) (evidence []v1alpha1.Evidence, leftOut []string) {
	byID := map[string]entity{}
	for _, e := range graph {
		index(byID, map[string]any(e))
	}
	var set evidenceSet
	missed := map[string]int{}
	for _, e := range graph {
		e = resolve(byID, e)
		kind, name := microsoftThing(byID, e)
		if name == "" {
			missed[describe(e)]++
			continue
		}
		if line := e.text("CommandLine"); line != "" && line != name {
			missed["command line"]++
		}
		set.add(v1alpha1.Evidence{Kind: kind, Name: name, Role: microsoftRole(e)})
	}
	if set.omitted > 0 {
		missed[fmt.Sprintf("evidence beyond %d items", maxEvidence)] = set.omitted
	}
	for _, what := range slices.Sorted(maps.Keys(missed)) {
		leftOut = append(leftOut, fmt.Sprintf("%s (%d)", what, missed[what]))
	}
	return set.items, leftOut
}

// index records every node that carries an id, however deep.
func index(byID map[string]entity, value any) {
	switch v := value.(type) {
	case map[string]any:
		if id, ok := v["$id"].(string); ok {
			byID[id] = v
		}
		for _, inner := range v {
			index(byID, inner)
		}
	case []any:
		for _, inner := range v {
			index(byID, inner)
		}
	}
}

// resolve follows a reference; one that leads nowhere stays as it is.
func resolve(byID map[string]entity, e entity) entity {
	if target, ok := byID[e.text("$ref")]; ok {
		return target
	}
	return e
}

// describe says, for the report, what a node is that makes no evidence.
func describe(e entity) string {
	switch {
	case e.text("$ref") != "":
		return "reference to nothing"
	case e.text("Type") == "":
		return "entity without a type"
	default:
		return e.text("Type")
	}
}

// microsoftThing gives the kind and name of a node. File hashes are properties of files that stand beside them, and
// mail clusters are queries over mail, not things; they and sign-in sessions have no name here.
func microsoftThing(byID map[string]entity, e entity) (v1alpha1.EvidenceKind, string) {
	switch e.text("Type") {
	case "host":
		return v1alpha1.EvidenceDevice, hostName(e)
	case "account":
		return v1alpha1.EvidenceUser, accountName(e)
	case "mailbox":
		return v1alpha1.EvidenceMailbox, strings.ToLower(firstOf(e, "MailboxPrimaryAddress", "Upn"))
	case "ip":
		return v1alpha1.EvidenceIP, strings.ToLower(e.text("Address"))
	case "url":
		return v1alpha1.EvidenceURL, e.text("Url")
	case "file":
		return v1alpha1.EvidenceFile, path(e.text("Directory"), e.text("Name"))
	case "process":
		return v1alpha1.EvidenceProcess, processName(byID, e)
	case "registry-key":
		return v1alpha1.EvidenceRegistryKey, path(e.text("Hive"), e.text("Key"))
	case "registry-value":
		key := resolve(byID, e.node("Key"))
		return v1alpha1.EvidenceRegistryKey, path(path(key.text("Hive"), key.text("Key")), e.text("Name"))
	case "cloud-application", "oauth-application":
		return v1alpha1.EvidenceCloudResource, e.text("Name")
	case "mailMessage":
		return v1alpha1.EvidenceOther, prefixed("mail message ", e.text("NetworkMessageId"))
	default:
		return "", ""
	}
}

// hostName is the host's full name in lower case: detectors disagree about the case of the same host.
func hostName(e entity) string {
	name, domain := strings.ToLower(e.text("HostName")), strings.ToLower(e.text("DnsDomain"))
	if name == "" || domain == "" {
		return strings.ToLower(firstOf(e, "FQDN", "HostName"))
	}
	return name + "." + domain
}

// accountName identifies a user the same way whichever detector reports it: by the user principal name, else by
// domain and account, else by security identifier. "Name" comes last among them: it may be a display name.
func accountName(e entity) string {
	if upn := e.text("UserPrincipalName"); upn != "" {
		return strings.ToLower(upn)
	}
	account := firstOf(e, "AccountName", "Name")
	if domain := firstOf(e, "DomainName", "NTDomain", "DnsDomain"); domain != "" && account != "" {
		return strings.ToLower(domain + `\` + account)
	}
	if account != "" {
		return strings.ToLower(account)
	}
	return firstOf(e, "Sid", "AadUserId")
}

// processName is the path of the image: short, and the same for each run. Command lines may hold whole scripts and
// stay at the detector.
func processName(byID map[string]entity, e entity) string {
	image := resolve(byID, e.node("ImageFile"))
	if name := path(image.text("Directory"), image.text("Name")); name != "" {
		return name
	}
	return firstOf(e, "FriendlyName", "CommandLine")
}

// microsoftRole translates the first role that has a counterpart. "Suspicious" does not say which side a thing is on.
func microsoftRole(e entity) v1alpha1.EvidenceRole {
	known := map[string]v1alpha1.EvidenceRole{
		"Source":      v1alpha1.EvidenceSource,
		"Destination": v1alpha1.EvidenceDestination,
		"Contextual":  v1alpha1.EvidenceContextual,
		"Compromised": v1alpha1.EvidenceAffected,
		"Attacker":    v1alpha1.EvidenceAttacker,
	}
	roles, _ := e["Roles"].([]any)
	for _, r := range roles {
		if word, ok := r.(string); ok && known[word] != "" {
			return known[word]
		}
	}
	return ""
}

// firstOf is the first of the properties that is not empty.
func firstOf(e entity, keys ...string) string {
	for _, key := range keys {
		if s := e.text(key); s != "" {
			return s
		}
	}
	return ""
}

// path joins two parts of a Windows path, either of which may be missing.
func path(folder, name string) string {
	if folder == "" || name == "" {
		return folder + name
	}
	return strings.TrimSuffix(folder, `\`) + `\` + name
}

// prefixed is nothing where there is nothing to prefix.
func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}
