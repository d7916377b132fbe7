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

package graph

import (
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
)

// typePrefix begins the type of every piece of evidence.
const typePrefix = "#microsoft.graph.security."

func evidence(list []any, d *detect.Draft) {
	for _, value := range list {
		e, _ := value.(detect.Object)
		kind := strings.TrimPrefix(e.Text("@odata.type"), typePrefix)
		thing, ok := things[kind]
		if !ok {
			d.LeftOut(strings.TrimSpace("evidence "+kind), "")
			continue
		}
		name := thing.name(e)
		if name == "" {
			d.LeftOut("nameless evidence "+kind, "")
			continue
		}
		item := v1alpha1.Evidence{Kind: thing.kind, Name: name, Role: role(e)}
		if thing.namespace != nil {
			item.Namespace = thing.namespace(e)
		}
		d.Evidence(item)
	}
}

// thing is how one type of evidence is named here.
type thing struct {
	kind            v1alpha1.EvidenceKind
	name, namespace func(detect.Object) string
}

var things = map[string]thing{
	"deviceEvidence":                   {kind: v1alpha1.EvidenceDevice, name: lower("deviceDnsName", "hostName", "mdeDeviceId")},
	"userEvidence":                     {kind: v1alpha1.EvidenceUser, name: func(e detect.Object) string { return account(e.Object("userAccount")) }},
	"mailboxEvidence":                  {kind: v1alpha1.EvidenceMailbox, name: lower("primaryAddress", "upn")},
	"ipEvidence":                       {kind: v1alpha1.EvidenceIP, name: lower("ipAddress")},
	"urlEvidence":                      {kind: v1alpha1.EvidenceURL, name: plain("url")},
	"dnsEvidence":                      {kind: v1alpha1.EvidenceDNS, name: lower("domainName")},
	"fileEvidence":                     {kind: v1alpha1.EvidenceFile, name: func(e detect.Object) string { return file(e.Object("fileDetails")) }},
	"processEvidence":                  {kind: v1alpha1.EvidenceProcess, name: process},
	"registryKeyEvidence":              {kind: v1alpha1.EvidenceRegistryKey, name: registryKey},
	"registryValueEvidence":            {kind: v1alpha1.EvidenceRegistryKey, name: registryValue},
	"cloudApplicationEvidence":         {kind: v1alpha1.EvidenceCloudResource, name: plain("displayName")},
	"oauthApplicationEvidence":         {kind: v1alpha1.EvidenceCloudResource, name: plain("displayName")},
	"azureResourceEvidence":            {kind: v1alpha1.EvidenceCloudResource, name: plain("resourceId", "resourceName")},
	"amazonResourceEvidence":           {kind: v1alpha1.EvidenceCloudResource, name: plain("amazonResourceId", "resourceName")},
	"googleCloudResourceEvidence":      {kind: v1alpha1.EvidenceCloudResource, name: plain("fullResourceName", "resourceName")},
	"kubernetesPodEvidence":            {kind: v1alpha1.EvidencePod, name: plain("name"), namespace: namespace},
	"kubernetesNamespaceEvidence":      {kind: v1alpha1.EvidenceNamespace, name: plain("name")},
	"kubernetesServiceAccountEvidence": {kind: v1alpha1.EvidenceServiceAccount, name: plain("name"), namespace: namespace},
	"kubernetesSecretEvidence":         {kind: v1alpha1.EvidenceSecret, name: plain("name"), namespace: namespace},
	"containerEvidence":                {kind: v1alpha1.EvidenceContainer, name: container, namespace: func(e detect.Object) string { return namespace(e.Object("pod")) }},
	"containerImageEvidence":           {kind: v1alpha1.EvidenceContainerImage, name: plain("imageId")},
	"analyzedMessageEvidence":          {kind: v1alpha1.EvidenceOther, name: message},
}

func plain(keys ...string) func(detect.Object) string {
	return func(e detect.Object) string { return e.FirstText(keys...) }
}

// lower is for names that detectors write in different cases.
func lower(keys ...string) func(detect.Object) string {
	return func(e detect.Object) string { return strings.ToLower(e.FirstText(keys...)) }
}

func namespace(e detect.Object) string { return e.Object("namespace").Text("name") }

// account identifies a user as package sentinel does, so that one user reported in both formats is one thing.
func account(a detect.Object) string {
	if upn := a.Text("userPrincipalName"); upn != "" {
		return strings.ToLower(upn)
	}
	name, domain := a.Text("accountName"), a.Text("domainName")
	switch {
	case name != "" && domain != "":
		return strings.ToLower(domain + `\` + name)
	case name != "":
		return strings.ToLower(name)
	default:
		return a.FirstText("userSid", "azureAdUserId")
	}
}

func file(f detect.Object) string { return path(f.Text("filePath"), f.Text("fileName")) }

func process(e detect.Object) string {
	if name := file(e.Object("imageFile")); name != "" {
		return name
	}
	return e.Text("processCommandLine")
}

func registryKey(e detect.Object) string { return path(e.Text("registryHive"), e.Text("registryKey")) }

func registryValue(e detect.Object) string { return path(registryKey(e), e.Text("registryValueName")) }

func container(e detect.Object) string {
	name, pod := e.Text("name"), e.Object("pod").Text("name")
	if name == "" || pod == "" {
		return name
	}
	return pod + "/" + name
}

func message(e detect.Object) string {
	if id := e.Text("networkMessageId"); id != "" {
		return "mail message " + id
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

// roles are those that have a counterpart. "suspicious", "scanned" and the like do not say which side a thing is on.
var roles = map[string]v1alpha1.EvidenceRole{
	"source":      v1alpha1.EvidenceSource,
	"destination": v1alpha1.EvidenceDestination,
	"contextual":  v1alpha1.EvidenceContextual,
	"compromised": v1alpha1.EvidenceAffected,
	"attacked":    v1alpha1.EvidenceAffected,
	"attacker":    v1alpha1.EvidenceAttacker,
}

func role(e detect.Object) v1alpha1.EvidenceRole {
	for _, word := range e.Texts("roles") {
		if roles[word] != "" {
			return roles[word]
		}
	}
	return ""
}
