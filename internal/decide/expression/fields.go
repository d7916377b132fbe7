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

package expression

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// variable is what a condition is about.
const variable = "alert"

// The types of an alert's parts, as CEL names them in its errors.
const (
	typeAlert          = "Alert"
	typeMetadata       = "Metadata"
	typeSpec           = "AlertSpec"
	typeSource         = "AlertSource"
	typeEvidence       = "Evidence"
	typeIncidentRef    = "IncidentReference"
	typeResolution     = "Resolution"
	typeClassification = "Classification"
)

// environment is prepared once: it costs milliseconds, and never changes.
var environment = sync.OnceValues(newEnvironment)

// field is one field of a part of an alert.
type field struct {
	kind *cel.Type
	get  func(part any) any
}

// of reads a field of a part that is a T.
func of[T any](kind *cel.Type, get func(T) any) field {
	return field{kind: kind, get: func(part any) any { return get(part.(T)) }}
}

func text[T any](get func(T) string) field {
	return of(cel.StringType, func(part T) any { return get(part) })
}

func moment[T any](get func(T) *metav1.Time) field {
	return of(cel.TimestampType, func(part T) any {
		if t := get(part); t != nil && !t.IsZero() {
			return t.UTC()
		}
		return time.Unix(0, 0).UTC()
	})
}

// strings of a named type become plain ones.
func words[T any, S ~string](get func(T) []S) field {
	return of(cel.ListType(cel.StringType), func(part T) any {
		list := get(part)
		plain := make([]string, 0, len(list))
		for _, word := range list {
			plain = append(plain, string(word))
		}
		return plain
	})
}

// parts are all types and fields that a condition can name.
var parts = map[string]map[string]field{
	typeAlert: {
		"metadata": of(cel.ObjectType(typeMetadata), func(a *v1alpha1.Alert) any { return &a.ObjectMeta }),
		"spec":     of(cel.ObjectType(typeSpec), func(a *v1alpha1.Alert) any { return &a.Spec }),
	},
	typeMetadata: {
		"name":              text(func(m *metav1.ObjectMeta) string { return m.Name }),
		"namespace":         text(func(m *metav1.ObjectMeta) string { return m.Namespace }),
		"labels":            of(cel.MapType(cel.StringType, cel.StringType), func(m *metav1.ObjectMeta) any { return labelsOf(m) }),
		"creationTimestamp": moment(func(m *metav1.ObjectMeta) *metav1.Time { return &m.CreationTimestamp }),
	},
	typeSpec: {
		"name":              text(func(s *v1alpha1.AlertSpec) string { return s.Name }),
		"description":       text(func(s *v1alpha1.AlertSpec) string { return s.Description }),
		"severity":          text(func(s *v1alpha1.AlertSpec) string { return string(s.Severity) }),
		"category":          text(func(s *v1alpha1.AlertSpec) string { return s.Category }),
		"fingerprint":       text(func(s *v1alpha1.AlertSpec) string { return s.Fingerprint }),
		"url":               text(func(s *v1alpha1.AlertSpec) string { return s.URL }),
		"assignee":          text(func(s *v1alpha1.AlertSpec) string { return s.Assignee }),
		"techniques":        words(func(s *v1alpha1.AlertSpec) []v1alpha1.Technique { return s.Techniques }),
		"tags":              words(func(s *v1alpha1.AlertSpec) []v1alpha1.Tag { return s.Tags }),
		"occurrences":       of(cel.IntType, func(s *v1alpha1.AlertSpec) any { return s.Occurrences }),
		"firstActivityTime": moment(func(s *v1alpha1.AlertSpec) *metav1.Time { return s.FirstActivityTime }),
		"lastActivityTime":  moment(func(s *v1alpha1.AlertSpec) *metav1.Time { return s.LastActivityTime }),
		"source":            of(cel.ObjectType(typeSource), func(s *v1alpha1.AlertSpec) any { return &s.Source }),
		"incidentRef":       of(cel.ObjectType(typeIncidentRef), func(s *v1alpha1.AlertSpec) any { return &s.IncidentRef }),
		"resolution":        of(cel.ObjectType(typeResolution), func(s *v1alpha1.AlertSpec) any { return &s.Resolution }),
		"classification":    of(cel.ObjectType(typeClassification), func(s *v1alpha1.AlertSpec) any { return &s.Classification }),
		"evidence":          of(cel.ListType(cel.ObjectType(typeEvidence)), func(s *v1alpha1.AlertSpec) any { return pointers(s.Evidence) }),
	},
	typeSource: {
		"service":  text(func(s *v1alpha1.AlertOrigin) string { return s.Service }),
		"detector": text(func(s *v1alpha1.AlertOrigin) string { return s.Detector }),
	},
	typeEvidence: {
		"kind":      text(func(e *v1alpha1.Evidence) string { return string(e.Kind) }),
		"name":      text(func(e *v1alpha1.Evidence) string { return e.Name }),
		"role":      text(func(e *v1alpha1.Evidence) string { return string(e.Role) }),
		"namespace": text(func(e *v1alpha1.Evidence) string { return e.Namespace }),
	},
	typeIncidentRef: {"name": text(func(r *v1alpha1.IncidentReference) string { return r.Name })},
	typeResolution: {
		"state": text(func(r *v1alpha1.Resolution) string { return string(r.State) }),
		"note":  text(func(r *v1alpha1.Resolution) string { return r.Note }),
	},
	typeClassification: {
		"verdict":       text(func(c *v1alpha1.Classification) string { return string(c.Verdict) }),
		"determination": text(func(c *v1alpha1.Classification) string { return string(c.Determination) }),
	},
}

func labelsOf(m *metav1.ObjectMeta) map[string]string {
	if m.Labels == nil {
		return map[string]string{}
	}
	return m.Labels
}

func pointers(evidence []v1alpha1.Evidence) []*v1alpha1.Evidence {
	list := make([]*v1alpha1.Evidence, len(evidence))
	for i := range evidence {
		list[i] = &evidence[i]
	}
	return list
}

// isSet is what has() says.
func (f field) isSet(part any) bool {
	switch value := f.get(part).(type) {
	case time.Time:
		return value.Unix() != 0
	case string:
		return value != ""
	default:
		v := reflect.Indirect(reflect.ValueOf(value))
		if v.Kind() == reflect.Slice || v.Kind() == reflect.Map {
			return v.Len() > 0
		}
		return !v.IsZero()
	}
}

// provider teaches CEL the parts, and turns them into values.
type provider struct {
	*types.Registry
}

func newProvider() (*provider, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, fmt.Errorf("making the registry of types: %w", err)
	}
	return &provider{Registry: registry}, nil
}

// FindStructType implements types.Provider.
func (p *provider) FindStructType(name string) (*types.Type, bool) {
	if _, ok := parts[name]; ok {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return p.Registry.FindStructType(name)
}

// FindStructFieldNames implements types.Provider.
func (p *provider) FindStructFieldNames(name string) ([]string, bool) {
	fields, ok := parts[name]
	if !ok {
		return p.Registry.FindStructFieldNames(name)
	}
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, true
}

// FindStructFieldType implements types.Provider.
func (p *provider) FindStructFieldType(name, fieldName string) (*types.FieldType, bool) {
	fields, ok := parts[name]
	if !ok {
		return p.Registry.FindStructFieldType(name, fieldName)
	}
	f, ok := fields[fieldName]
	if !ok {
		return nil, false
	}
	return &types.FieldType{
		Type:    f.kind,
		IsSet:   f.isSet,
		GetFrom: func(target any) (any, error) { return f.get(target), nil },
	}, true
}

// NewValue implements types.Provider: a condition can look at alerts and make none.
func (p *provider) NewValue(name string, values map[string]ref.Val) ref.Val {
	if _, ok := parts[name]; ok {
		return types.NewErr("a condition must not make a %s", name)
	}
	return p.Registry.NewValue(name, values)
}

// NativeToValue implements types.Adapter.
func (p *provider) NativeToValue(value any) ref.Val {
	switch v := value.(type) {
	case *v1alpha1.Alert:
		return part{value: v, kind: typeAlert, provider: p}
	case *metav1.ObjectMeta:
		return part{value: v, kind: typeMetadata, provider: p}
	case *v1alpha1.AlertSpec:
		return part{value: v, kind: typeSpec, provider: p}
	case *v1alpha1.AlertOrigin:
		return part{value: v, kind: typeSource, provider: p}
	case *v1alpha1.Evidence:
		return part{value: v, kind: typeEvidence, provider: p}
	case []*v1alpha1.Evidence:
		return types.NewDynamicList(p, v)
	case *v1alpha1.IncidentReference:
		return part{value: v, kind: typeIncidentRef, provider: p}
	case *v1alpha1.Resolution:
		return part{value: v, kind: typeResolution, provider: p}
	case *v1alpha1.Classification:
		return part{value: v, kind: typeClassification, provider: p}
	default:
		return p.Registry.NativeToValue(value)
	}
}
