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

package sentinel

import (
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
)

// nodes are the objects of the graph of entities that carry a "$id". Others refer to them by "$ref".
type nodes map[string]detect.Object

// maxEntities bounds the work on one row: thousands of short references may lead to one long node.
const maxEntities = 1_000

// evidence turns the graph into evidence. A reference may lead to a node that stands inside another, such as the image
// of a process, so all nodes are indexed first.
func evidence(graph []detect.Object, d *detect.Draft) {
	byID := nodes{}
	for _, e := range graph {
		byID.index(e)
	}
	for i, e := range graph {
		if i >= maxEntities {
			d.LeftOut("entities beyond 1000", "")
			continue
		}
		e = byID.resolve(e)
		kind, name := byID.thing(e)
		if name == "" {
			d.LeftOut(describe(e), "")
			continue
		}
		if line := e.Text("CommandLine"); line != "" && line != name {
			d.LeftOut("command line", "")
		}
		d.Evidence(v1alpha1.Evidence{Kind: kind, Name: name, Role: role(e)})
	}
}

// index records every node that carries an id, however deep. Of two with one id the first counts, in the order of keys.
func (byID nodes) index(value any) {
	switch v := value.(type) {
	case detect.Object:
		if id, ok := v["$id"].(string); ok && byID[id] == nil {
			byID[id] = v
		}
		for _, key := range v.Keys() {
			byID.index(v[key])
		}
	case []any:
		for _, inner := range v {
			byID.index(inner)
		}
	}
}

// resolve follows a reference; one that leads nowhere stays as it is.
func (byID nodes) resolve(e detect.Object) detect.Object {
	if target, ok := byID[e.Text("$ref")]; ok {
		return target
	}
	return e
}

// describe says what a node is that makes no evidence.
func describe(e detect.Object) string {
	switch {
	case e.Text("$ref") != "":
		return "reference to nothing"
	case e.Text("Type") == "":
		return "entity without a type"
	default:
		return "entity " + e.Text("Type")
	}
}

// thing gives the kind and name of a node. File hashes are properties of files that stand beside them, and mail clusters
// are queries over mail, not things; they and sign-in sessions have no name here.
func (byID nodes) thing(e detect.Object) (v1alpha1.EvidenceKind, string) {
	switch e.Text("Type") {
	case "host":
		return v1alpha1.EvidenceDevice, host(e)
	case "account":
		return v1alpha1.EvidenceUser, account(e)
	case "mailbox":
		return v1alpha1.EvidenceMailbox, strings.ToLower(e.FirstText("MailboxPrimaryAddress", "Upn"))
	case "ip":
		return v1alpha1.EvidenceIP, strings.ToLower(e.Text("Address"))
	case "url":
		return v1alpha1.EvidenceURL, e.Text("Url")
	case "dns":
		return v1alpha1.EvidenceDNS, strings.ToLower(e.Text("DomainName"))
	case "file":
		return v1alpha1.EvidenceFile, path(e.Text("Directory"), e.Text("Name"))
	case "process":
		return v1alpha1.EvidenceProcess, byID.process(e)
	case "registry-key":
		return v1alpha1.EvidenceRegistryKey, path(e.Text("Hive"), e.Text("Key"))
	case "registry-value":
		key := byID.resolve(e.Object("Key"))
		return v1alpha1.EvidenceRegistryKey, path(path(key.Text("Hive"), key.Text("Key")), e.Text("Name"))
	case "cloud-application", "oauth-application":
		return v1alpha1.EvidenceCloudResource, e.Text("Name")
	case "azure-resource":
		return v1alpha1.EvidenceCloudResource, e.Text("ResourceId")
	case "mailMessage":
		if id := e.Text("NetworkMessageId"); id != "" {
			return v1alpha1.EvidenceOther, "mail message " + id
		}
	}
	return "", ""
}

// host is its full name in lower case: detectors disagree about the case of the same host.
func host(e detect.Object) string {
	name, domain := strings.ToLower(e.Text("HostName")), strings.ToLower(e.Text("DnsDomain"))
	if name == "" || domain == "" {
		return strings.ToLower(e.FirstText("FQDN", "HostName"))
	}
	return name + "." + domain
}

// account identifies a user the same way whichever detector reports it: by the user principal name, else by domain and
// account, else by security identifier. "Name" comes last among them: it may be a display name.
func account(e detect.Object) string {
	if upn := e.Text("UserPrincipalName"); upn != "" {
		return strings.ToLower(upn)
	}
	name := e.FirstText("AccountName", "Name")
	if domain := e.FirstText("DomainName", "NTDomain", "DnsDomain"); domain != "" && name != "" {
		return strings.ToLower(domain + `\` + name)
	}
	if name != "" {
		return strings.ToLower(name)
	}
	return e.FirstText("Sid", "AadUserId")
}

// process is the path of the image: short, and the same for each run. Command lines may hold whole scripts and stay at
// the detector.
func (byID nodes) process(e detect.Object) string {
	image := byID.resolve(e.Object("ImageFile"))
	if name := path(image.Text("Directory"), image.Text("Name")); name != "" {
		return name
	}
	return e.FirstText("FriendlyName", "CommandLine")
}

// roles are those that have a counterpart. "Suspicious" does not say which side a thing is on.
var roles = map[string]v1alpha1.EvidenceRole{
	"Source":      v1alpha1.EvidenceSource,
	"Destination": v1alpha1.EvidenceDestination,
	"Contextual":  v1alpha1.EvidenceContextual,
	"Compromised": v1alpha1.EvidenceAffected,
	"Attacker":    v1alpha1.EvidenceAttacker,
}

// role is the first role that has a counterpart.
func role(e detect.Object) v1alpha1.EvidenceRole {
	for _, word := range e.Texts("Roles") {
		if roles[word] != "" {
			return roles[word]
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
